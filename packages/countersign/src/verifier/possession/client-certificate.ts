import { AuthError } from '../../core/refusal.ts'
import { encodeBase64url } from '../../core/base64url.ts'
import { sha256 } from '../../crypto/index.ts'
import { decodeBase64, parseItem } from '../../signature/structured-field/index.ts'
import type { ArrivedRequest } from '../credential.ts'
import type { PublicPlace } from '../public-origin.ts'

/**
 * How the proxy that ends TLS tells of the client's certificate. `rfc9440`: DER as a structured field, in `Client-Cert`. `pem`: PEM, encoded
 * as in a URL (`$ssl_client_escaped_cert` of nginx). `xfcc`: the `Hash` of Envoy's `X-Forwarded-Client-Cert`.
 */
export type CertificateForm = 'rfc9440' | 'pem' | 'xfcc'

export interface CertificateHeader {
  /** In lower case. */
  readonly name: string
  readonly form: CertificateForm
}

/** Longer chains than this are no client's certificate. */
const MAX_LENGTH = 16_384

/**
 * The `x5t#S256` of the certificate that the client has proved to hold in its TLS handshake, with this process or with a named proxy.
 *
 * @returns undefined where there is none. A header that does not come from a named proxy is the client's own tale, and not looked at.
 * @throws {AuthError} `credential_malformed`: a named proxy has sent what cannot be read.
 */
export function certificateThumbprint(
  arrival: ArrivedRequest,
  { proxies }: Pick<PublicPlace, 'proxies'>,
  header: CertificateHeader | undefined,
): string | undefined {
  if (header === undefined) return thumbprintOf(arrival.certificate)
  if (arrival.peer === undefined || !proxies.has(arrival.peer)) return undefined
  const values = arrival.values(header.name)
  if (values === undefined) return undefined
  const [value = '', ...others] = values
  // A proxy that adds its header beside one that the client has sent says two things.
  if (others.length > 0) throw malformed()
  if (header.form !== 'xfcc') return thumbprintOf(readClientCertificate(value, header.form))
  if (value.length > MAX_LENGTH) throw malformed()
  return hashOfLastElement(value)
}

/**
 * Reads the certificate out of a proxy's header. It looks neither at who has sent the header nor at who has signed the certificate.
 *
 * @returns DER; undefined where the proxy says that there was none.
 * @throws {AuthError} `credential_malformed`.
 */
export function readClientCertificate(value: string, form: Exclude<CertificateForm, 'xfcc'>): Uint8Array | undefined {
  if (value.length > MAX_LENGTH) throw malformed()
  if (form === 'rfc9440') return bytesOfField(value)
  return value === '' ? undefined : bytesOfPem(value)
}

const thumbprintOf = (der: Uint8Array | undefined): string | undefined =>
  der === undefined || der.byteLength === 0 ? undefined : encodeBase64url(sha256(der))

/** RFC 9440 section 2.1: a byte sequence of RFC 9651. */
function bytesOfField(value: string): Uint8Array {
  const { bare } = parsed(() => parseItem(value))
  if (bare.type !== 'bytes') throw malformed()
  return bare.value
}

/** Each character is of one part alone, so that what is none is known by one look. */
const pem = /^-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/

function bytesOfPem(value: string): Uint8Array {
  const base64 = pem.exec(parsed(() => decodeURIComponent(value)))?.[1]
  if (base64 === undefined) throw malformed()
  return parsed(() => decodeBase64(base64.replace(/\s+/g, '')))
}

const hashPair = /^hash=([0-9a-f]{64})$/i
/** `Cert`, `Subject` and `URI` may hold separators between quotes. */
const quoted = /"(?:[^"\\]|\\.)*"/g
/** What is left then. A quote that the client has begun would end where the proxy's begins, and lay open what the client is called. */
const elementList = /^[a-z]+=(?:""|[^",;\\]*)(?:[;,] *[a-z]+=(?:""|[^",;\\]*))*$/i

/** The last element is the nearest proxy's own; what stands before it came with the request. */
function hashOfLastElement(value: string): string | undefined {
  if (value === '') return undefined
  const plain = value.replace(quoted, '""')
  if (!elementList.test(plain)) throw malformed()
  const pairs = (plain.split(',').at(-1) ?? '').split(';').map((pair) => hashPair.exec(pair.trim())?.[1])
  const hashes = pairs.filter((hash) => hash !== undefined)
  if (hashes.length !== 1) throw malformed()
  return Buffer.from(hashes[0] as string, 'hex').toString('base64url')
}

function parsed<Value>(parse: () => Value): Value {
  try {
    return parse()
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'client_certificate_header' }, { cause })
  }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { reason: 'client_certificate_header' })
