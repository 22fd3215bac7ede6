import type { SignatureAlgorithm } from '../../crypto/index.ts'
import type { ReplayStore } from '../../replay/index.ts'
import { dpopAlgorithms, MIN_NONCE_KEY_BYTES } from '../../token/index.ts'
import type { CertificateForm, CertificateHeader } from './client-certificate.ts'

/** How tokens that are bound to a key or a certificate are checked. */
export interface PossessionOptions {
  /** Remembers which proofs were used. Default: this process's memory; several that share an origin share Redis or a database. */
  readonly replay?: ReplayStore
  /** Which signatures proofs may have. Default: ES256, EdDSA, RS256 and PS256. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** How old a proof may be: from 1 to 600. Default 60. */
  readonly proofSeconds?: number
  /**
   * Whether proofs must hold a nonce of ours (RFC 9449 section 9), so that nobody makes them in advance. Keys (each of 32 bytes or more, the
   * first makes, all check) where several processes share an origin; `true` for a key of this process alone. Default `false`.
   */
  readonly nonces?: boolean | { readonly keys: readonly Uint8Array[] }
  /**
   * The header in which the `trustedProxies` tell of the client's certificate. Default: no header, the certificate is that of the
   * connection. `Client-Cert` is read as RFC 9440 has it, `X-Forwarded-Client-Cert` as Envoy writes it; for others name the form.
   */
  readonly certificateHeader?: string | { readonly name: string; readonly form: CertificateForm }
}

/** The options after parsing. */
export interface PossessionSettings {
  readonly replay: ReplayStore | undefined
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly proofSeconds: number
  readonly nonces: boolean | { readonly keys: readonly Uint8Array[] }
  readonly certificateHeader: CertificateHeader | undefined
}

const names: ReadonlySet<string> = new Set(['replay', 'algorithms', 'proofSeconds', 'nonces', 'certificateHeader'])
const forms: ReadonlySet<string> = new Set(['rfc9440', 'pem', 'xfcc'])
const formOfHeader: Readonly<Record<string, CertificateForm>> = { 'client-cert': 'rfc9440', 'x-forwarded-client-cert': 'xfcc' }
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/

/**
 * Parses the options once.
 *
 * @throws {TypeError | RangeError} naming the first mistake.
 */
export function parsePossession(options: PossessionOptions = {}): PossessionSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError('must be an object')
  for (const name of Object.keys(options)) if (!names.has(name)) throw new TypeError(`${name} is not an option`)
  const { replay, algorithms = dpopAlgorithms, proofSeconds = 60, nonces = false, certificateHeader } = options
  if (replay !== undefined && typeof replay?.claim !== 'function') throw new TypeError('replay must be a store that claims')
  if (algorithms.length === 0 || !algorithms.every((algorithm) => dpopAlgorithms.includes(algorithm))) {
    throw new TypeError(`algorithms must be some of ${dpopAlgorithms.join(', ')}`)
  }
  if (!(proofSeconds >= 1 && proofSeconds <= 600)) throw new RangeError('proofSeconds must be from 1 to 600')
  if (typeof nonces !== 'boolean' && !areKeys(nonces?.keys)) {
    throw new TypeError(`nonces must be true, false, or hold keys of at least ${MIN_NONCE_KEY_BYTES} bytes`)
  }
  return Object.freeze({
    replay,
    algorithms: Object.freeze([...algorithms]),
    proofSeconds,
    nonces,
    certificateHeader: certificateHeader === undefined ? undefined : parseHeader(certificateHeader),
  })
}

const areKeys = (keys: unknown): boolean =>
  Array.isArray(keys) && keys.length > 0 && keys.every((key) => key instanceof Uint8Array && key.byteLength >= MIN_NONCE_KEY_BYTES)

function parseHeader(header: NonNullable<PossessionOptions['certificateHeader']>): CertificateHeader {
  const name = (typeof header === 'string' ? header : String(header?.name)).toLowerCase()
  const form = typeof header === 'string' ? formOfHeader[name] : header.form
  if (!fieldName.test(name)) throw new TypeError('certificateHeader must name a header')
  if (form === undefined || !forms.has(form)) throw new TypeError("certificateHeader needs a form: 'rfc9440', 'pem' or 'xfcc'")
  return Object.freeze({ name, form })
}
