/** The names that a SigV4 dialect puts on the wire. Amazon's are `AWS4` and `x-amz-`; curl lets anyone have their own. */
export interface SigV4Provider {
  /** `CSGN4-HMAC-SHA256`: the authentication scheme. */
  readonly algorithm: string
  /** `CSGN4`: stands before the secret when a key is derived, so that a key of one dialect is none of another. */
  readonly secretPrefix: string
  /** `csgn4_request`: ends every credential scope. */
  readonly terminator: string
  /** `x-csgn-`: every header whose name begins so has to be signed. */
  readonly headerPrefix: string
  readonly headers: { readonly date: string; readonly digest: string; readonly token: string }
  /** Of a presigned URL. */
  readonly parameters: {
    readonly algorithm: string
    readonly credential: string
    readonly date: string
    readonly digest: string
    readonly expires: string
    readonly token: string
    readonly signature: string
    readonly signedHeaders: string
  }
}

const NAME = /^[a-z][a-z0-9]{0,15}$/

/**
 * A dialect by its two names, as `curl --aws-sigv4 "csgn:csgn:local:api"` takes them.
 *
 * @param name In algorithm, key and scope: `csgn` makes `CSGN4-HMAC-SHA256`.
 * @param header In headers and parameters: `csgn` makes `X-Csgn-Date`. The same as `name` unless it is given.
 * @throws {RangeError} A name is not 1 to 16 lower-case letters and digits.
 */
export function sigV4Provider(name: string, header: string = name): SigV4Provider {
  if (!NAME.test(name) || !NAME.test(header)) throw new RangeError('a SigV4 provider is named by 1 to 16 lower-case letters and digits')
  const headerPrefix = `x-${header}-`
  const parameterPrefix = `X-${header.charAt(0).toUpperCase()}${header.slice(1)}-`
  const parameter = (suffix: string): string => `${parameterPrefix}${suffix}`
  return Object.freeze({
    algorithm: `${name.toUpperCase()}4-HMAC-SHA256`,
    secretPrefix: `${name.toUpperCase()}4`,
    terminator: `${name}4_request`,
    headerPrefix,
    headers: Object.freeze({
      date: `${headerPrefix}date`,
      digest: `${headerPrefix}content-sha256`,
      token: `${headerPrefix}security-token`,
    }),
    parameters: Object.freeze({
      algorithm: parameter('Algorithm'),
      credential: parameter('Credential'),
      date: parameter('Date'),
      digest: parameter('Content-Sha256'),
      expires: parameter('Expires'),
      token: parameter('Security-Token'),
      signature: parameter('Signature'),
      signedHeaders: parameter('SignedHeaders'),
    }),
  })
}

/** What Amazon's SDKs, botocore and aws4 write. */
export const awsProvider: SigV4Provider = sigV4Provider('aws', 'amz')
/** Our own name, for clients that may choose. */
export const csgnProvider: SigV4Provider = sigV4Provider('csgn')
