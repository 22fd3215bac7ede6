import { AuthError, type Clock, type EpochSeconds, toEpochSeconds } from '../../core/index.ts'
import { decodeBase64 } from '../../core/base64.ts'
import { equalBytes, type HmacKey, hmacKey, hmacSha256, openAes128Cbc } from '../../crypto/index.ts'
import { requireAge } from './age.ts'

export interface FernetOptions {
  /** As they stand in the other program: 32 bytes in base64url. Any of them may have made the token. */
  readonly keys: readonly string[]
  /** Counted from when the token was made. `Infinity` takes it however old it is. */
  readonly maxAgeSeconds: number
  readonly clock: Clock
}

export interface OpenedFernet {
  readonly payload: Uint8Array
  readonly signedAt: EpochSeconds
}

const MAX_LENGTH = 8192
const KEY_BYTES = 32
const VERSION = 0x80
const IV_AT = 9
const CIPHERTEXT_AT = 25
const MAC_BYTES = 32
const BLOCK_BYTES = 16
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/

/**
 * Reads a Fernet token, so that what another program has given out stays good while it is replaced. It makes none.
 *
 * Does not make the token a single-use one, and takes one whose age says that it was made a moment ago in the future, as clocks differ: 60 seconds.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
 * @throws {RangeError} A key is none.
 * @see {@link https://github.com/fernet/spec/blob/master/Spec.md}
 */
export function readFernet(token: string, { keys, maxAgeSeconds, clock }: FernetOptions): OpenedFernet {
  const halves = keys.map(halvesOf)
  const bytes = bytesOf(token)
  const macAt = bytes.byteLength - MAC_BYTES
  const length = macAt - CIPHERTEXT_AT
  if (bytes[0] !== VERSION || length < BLOCK_BYTES || length % BLOCK_BYTES !== 0) throw malformed()
  const signed = bytes.subarray(0, macAt)
  const own = halves.find(({ signing }) => equalBytes(hmacSha256(signing, signed), bytes.subarray(macAt)))
  if (own === undefined) throw new AuthError('token_invalid', { reason: 'signature' })
  const signedAt = secondsOf(bytes)
  requireAge(signedAt, toEpochSeconds(clock.now()), maxAgeSeconds)
  return { payload: opened(own.encryption, bytes.subarray(IV_AT, CIPHERTEXT_AT), bytes.subarray(CIPHERTEXT_AT, macAt)), signedAt }
}

function halvesOf(text: string): { readonly signing: HmacKey; readonly encryption: Uint8Array } {
  let bytes: Uint8Array
  try {
    bytes = decodeLoosely(text)
  } catch {
    throw new RangeError('a Fernet key is base64url')
  }
  if (bytes.byteLength !== KEY_BYTES) throw new RangeError(`a Fernet key has ${KEY_BYTES} bytes`)
  return { signing: hmacKey(bytes.subarray(0, KEY_BYTES / 2)), encryption: bytes.subarray(KEY_BYTES / 2) }
}

function bytesOf(token: string): Uint8Array {
  if (token.length > MAX_LENGTH || !BASE64URL.test(token)) throw malformed()
  try {
    return decodeLoosely(token)
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'fernet' }, { cause })
  }
}

/** Fernet pads its base64url. */
const decodeLoosely = (text: string): Uint8Array => decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'))

function secondsOf(bytes: Uint8Array): EpochSeconds {
  const seconds = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(1)
  return seconds > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(seconds)
}

function opened(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  try {
    return openAes128Cbc(key, iv, data)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'padding' }, { cause })
  }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { reason: 'fernet' })
