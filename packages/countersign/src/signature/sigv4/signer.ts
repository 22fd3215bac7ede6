import type { EpochSeconds } from '../../core/platform.ts'
import type { RequestMessage } from '../message.ts'
import { canonicalHeaders } from './canonical-headers.ts'
import { queryParameters, sortedQuery } from './canonical-query.ts'
import { canonicalTargets, presignedTargets, splitTarget } from './canonical-target.ts'
import { type CredentialScope, type ScopePlace, scopeText } from './scope.ts'
import { formatTimestamp } from './timestamp.ts'

/** The cryptography of the platform: node:crypto answers at once, WebCrypto later. */
export interface SigV4Crypto {
  /** Lower-case hex. A text counts as UTF-8. */
  sha256Hex(data: string | Uint8Array): string | Promise<string>
  /** HMAC-SHA256 of a text in UTF-8. */
  hmac(key: Uint8Array, text: string): Uint8Array | Promise<Uint8Array>
}

export interface SigV4Credentials {
  readonly keyId: string
  readonly secret: string
  /** Goes with a temporary key. */
  readonly sessionToken?: string
}

/** Where, by whom and when a signature is made. */
export interface SigV4Signing {
  readonly place: ScopePlace
  readonly credentials: SigV4Credentials
  readonly at: EpochSeconds
  readonly crypto: SigV4Crypto
}

export interface RequestToSign {
  readonly method: string
  /** Path and query as they will stand on the request line. */
  readonly target: string
  /** As it will stand in `Host`. */
  readonly authority: string
  /** Headers to sign beside those that the signature needs. */
  readonly headers?: Readonly<Record<string, string>>
}

/** In place of a body: leaves it open, so that anyone on the way may put another. A route has to allow that. */
export const unsignedBody: unique symbol = Symbol('unsignedBody')
/** The bytes, or the UTF-8 form of a text; empty for none. */
export type BodyToSign = Uint8Array | string | typeof unsignedBody

/** Stands in place of a digest. */
const UNSIGNED = 'UNSIGNED-PAYLOAD'

/**
 * Signs a request in the header form. The digest of the body is sent along, so that a server can check a body while it reads it.
 *
 * @returns the headers to add; `host` is signed as `authority` and is not among them.
 * @throws {RangeError} No form of the target is one that only this request has.
 * @throws {AuthError} `credential_malformed`: the target or a header is none.
 */
export async function signSigV4(
  request: RequestToSign,
  body: BodyToSign,
  signing: SigV4Signing,
): Promise<Readonly<Record<string, string>>> {
  const { place, credentials, at, crypto } = signing
  const { provider } = place
  const timestamp = formatTimestamp(at)
  const digest = await payloadLine(body, crypto)
  const added: Record<string, string> = { [provider.headers.date]: timestamp, [provider.headers.digest]: digest }
  if (credentials.sessionToken !== undefined) added[provider.headers.token] = credentials.sessionToken
  const [target] = canonicalTargets(splitTarget(request.target))
  const signedHeaders = namesOf(request.headers, added)
  const signature = await signatureOf(request, added, signedHeaders, requireForm(target), digest, timestamp, signing)
  const scope = scopeText({ date: timestamp.slice(0, 8), ...place })
  const authorization = `${provider.algorithm} Credential=${credentials.keyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  return { ...added, authorization }
}

/**
 * Makes a presigned URL: whoever has it may send this one request until it expires.
 *
 * @param expiresInSeconds 1 to 604,800.
 * @param body Default: a request without a body.
 * @returns the target, to be put behind scheme and authority.
 * @throws {RangeError} The life is out of bounds, or no form of the target is one that only this request has.
 * @throws {AuthError} `credential_malformed`: the target or a header is none.
 */
export async function presignSigV4(
  request: RequestToSign,
  expiresInSeconds: number,
  signing: SigV4Signing,
  body: BodyToSign = '',
): Promise<string> {
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > 604_800)
    throw new RangeError('a presigned URL lives 1 to 604,800 seconds')
  const { place, credentials, at, crypto } = signing
  const { parameters } = place.provider
  const timestamp = formatTimestamp(at)
  const digest = await payloadLine(body, crypto)
  const signedHeaders = namesOf(request.headers, {})
  const added: Readonly<Record<string, string | undefined>> = {
    [parameters.algorithm]: place.provider.algorithm,
    [parameters.credential]: `${credentials.keyId}/${scopeText({ date: timestamp.slice(0, 8), ...place })}`,
    [parameters.date]: timestamp,
    [parameters.digest]: digest,
    [parameters.expires]: String(expiresInSeconds),
    [parameters.token]: credentials.sessionToken,
    [parameters.signedHeaders]: signedHeaders,
  }
  const { path, query } = splitTarget(request.target)
  const whole = Object.entries(added).reduce(withParameter, query)
  const sorted = sortedQuery(queryParameters(whole) ?? [])
  const [target] = sorted === undefined ? [] : presignedTargets(path, sorted)
  const signature = await signatureOf(request, {}, signedHeaders, requireForm(target), digest, timestamp, signing)
  return `${path}?${sorted}&${parameters.signature}=${signature}`
}

const payloadLine = (body: BodyToSign, crypto: SigV4Crypto): string | Promise<string> =>
  body === unsignedBody ? UNSIGNED : crypto.sha256Hex(body)

const withParameter = (query: string, [name, value]: [string, string | undefined]): string => {
  if (value === undefined) return query
  return `${query}${query === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`
}

function requireForm(target: string | undefined): string {
  if (target === undefined) throw new RangeError('this target cannot be signed so that the signature fits no other')
  return target
}

const namesOf = (headers: RequestToSign['headers'] = {}, added: Readonly<Record<string, string>>): string =>
  ['host', ...Object.keys(headers).map((name) => name.toLowerCase()), ...Object.keys(added)].sort().join(';')

async function signatureOf(
  request: RequestToSign,
  added: Readonly<Record<string, string>>,
  signedHeaders: string,
  target: string,
  digest: string,
  timestamp: string,
  { place, credentials, crypto }: SigV4Signing,
): Promise<string> {
  const headers = canonicalHeaders(messageOf(request, added), signedHeaders, place.provider)
  const canonical = `${request.method}\n${target}\n${headers}\n${signedHeaders}\n${digest}`
  const scope = { date: timestamp.slice(0, 8), ...place }
  const text = `${place.provider.algorithm}\n${timestamp}\n${scopeText(scope)}\n${await crypto.sha256Hex(canonical)}`
  return hexOf(await crypto.hmac(await derive(credentials.secret, scope, crypto), text))
}

/** As `deriveSigningKey`, with whatever cryptography the platform has. */
async function derive(secret: string, scope: CredentialScope, crypto: SigV4Crypto): Promise<Uint8Array> {
  const { provider } = scope
  let key: Uint8Array = new TextEncoder().encode(provider.secretPrefix + secret)
  for (const step of [scope.date, scope.region, scope.service, provider.terminator]) key = await crypto.hmac(key, step)
  return key
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The request as the other side will see it. */
function messageOf(request: RequestToSign, added: Readonly<Record<string, string>>): RequestMessage {
  const fields = new Map(
    [...Object.entries(request.headers ?? {}), ...Object.entries(added)].map(([name, value]) => [name.toLowerCase(), value]),
  )
  return {
    method: request.method,
    target: request.target,
    scheme: 'https',
    authority: request.authority,
    values: (name) => (fields.has(name) ? [fields.get(name) as string] : undefined),
    names: () => [...fields.keys()],
  }
}
