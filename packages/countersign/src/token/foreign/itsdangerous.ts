import { constants, inflateSync } from 'node:zlib'
import { AuthError, type Clock, decodeBase64url, decodeUtf8, type EpochSeconds, parseJson, toEpochSeconds } from '../../core/index.ts'
import { anyDigest, type AnyHmacAlgorithm, anyHmac, equalBytes } from '../../crypto/index.ts'
import { requireAge } from './age.ts'

export interface ItsdangerousOptions {
  /** As the other program has it: all of its list may have signed. */
  readonly secrets: readonly string[]
  /** What separates one use from another there. */
  readonly salt: string
  /** `url-safe`: JSON in base64url, what `URLSafeTimedSerializer` writes. `json`: JSON as it is. `text`: a text as it is. */
  readonly form: 'url-safe' | 'json' | 'text'
  readonly clock: Clock
  /** Counted from when the token was made. `Infinity` takes it however old it is. `untimed`: a token that says no time, and so never expires. */
  readonly maxAgeSeconds: number | 'untimed'
  readonly digest?: Exclude<AnyHmacAlgorithm, 'sha1'>
  /** How the key was made of secret and salt; itsdangerous itself uses `django-concat` unless told otherwise. */
  readonly keyDerivation?: 'django-concat' | 'hmac'
  /** itsdangerous signs with HMAC-SHA1 unless told otherwise. Only for what it gave out before; never for anything new. */
  readonly unsafeAllowSha1?: boolean
}

export interface ItsdangerousToken {
  readonly payload: unknown
  /** Undefined for an untimed token. */
  readonly signedAt: EpochSeconds | undefined
}

const MAX_LENGTH = 8192
const MAX_INFLATED_BYTES = 64 * 1024
const MAX_TIME_BYTES = 6

/**
 * Reads what Python's itsdangerous has signed, so that links and cookies of another program stay good while it is replaced. It makes
 * none. Stricter than itsdangerous: one spelling of a signature, no padding, JSON without duplicate keys.
 *
 * Does not make the token a single-use one: claim something of its payload for that, not its text.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
 * @throws {RangeError} No secret, or no digest but SHA-1 without `unsafeAllowSha1`.
 * @see {@link https://itsdangerous.palletsprojects.com/}
 */
export function readItsdangerous(token: string, options: ItsdangerousOptions): ItsdangerousToken {
  const digest = digestOf(options)
  if (options.secrets.length === 0) throw new RangeError('itsdangerous tokens need a secret')
  if (token.length > MAX_LENGTH) throw malformed()
  const { head: signed, tail: signature } = cut(token)
  const presented = bytesOf(signature)
  const isSigned = options.secrets.some((secret) => equalBytes(anyHmac(digest, keyOf(secret, digest, options), signed), presented))
  if (!isSigned) throw new AuthError('token_invalid', { reason: 'signature' })
  if (options.maxAgeSeconds === 'untimed') return { payload: payloadOf(signed, options.form), signedAt: undefined }
  const { head: body, tail: time } = cut(signed)
  const signedAt = secondsOf(bytesOf(time))
  requireAge(signedAt, toEpochSeconds(options.clock.now()), options.maxAgeSeconds, 0)
  return { payload: payloadOf(body, options.form), signedAt }
}

function digestOf({ digest, unsafeAllowSha1 = false }: ItsdangerousOptions): AnyHmacAlgorithm {
  if (digest === undefined && !unsafeAllowSha1) throw new RangeError('itsdangerous signs with SHA-1: allow it, or name the digest')
  return digest ?? 'sha1'
}

function keyOf(secret: string, digest: AnyHmacAlgorithm, { salt, keyDerivation = 'django-concat' }: ItsdangerousOptions): Uint8Array {
  if (keyDerivation === 'hmac') return anyHmac(digest, secret, salt)
  return anyDigest(digest, new TextEncoder().encode(`${salt}signer${secret}`))
}

function cut(text: string): { readonly head: string; readonly tail: string } {
  const dot = text.lastIndexOf('.')
  if (dot < 1) throw malformed()
  return { head: text.slice(0, dot), tail: text.slice(dot + 1) }
}

function bytesOf(text: string): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'itsdangerous' }, { cause })
  }
}

/** The time as a number of as many bytes as it takes. */
function secondsOf(bytes: Uint8Array): EpochSeconds {
  if (bytes.byteLength === 0 || bytes.byteLength > MAX_TIME_BYTES) throw new AuthError('token_invalid', { reason: 'time' })
  return bytes.reduce((seconds, byte) => seconds * 256 + byte, 0)
}

function payloadOf(body: string, form: ItsdangerousOptions['form']): unknown {
  if (form === 'text') return body
  try {
    return parseJson(form === 'json' ? body : decodeUtf8(urlSafeBytes(body)))
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}

/** A leading dot says that it was compressed. */
function urlSafeBytes(body: string): Uint8Array {
  if (!body.startsWith('.')) return decodeBase64url(body)
  return inflateSync(decodeBase64url(body.slice(1)), { maxOutputLength: MAX_INFLATED_BYTES, finishFlush: constants.Z_FINISH })
}

const malformed = (): AuthError => new AuthError('credential_malformed', { reason: 'itsdangerous' })
