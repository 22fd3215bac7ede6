import { decodeBase64, encodeBase64, type Random, systemRandom } from '../core/index.ts'
import { ed25519PrivateKey, ed25519PublicBytes, ed25519PublicKey, equalBytes, type HmacKey, hmacKey, type JwsKey } from '../crypto/index.ts'

/** Sender and receiver hold it: `v1` of Standard Webhooks. */
export interface WebhookSecret {
  readonly version: 'v1'
  readonly key: HmacKey
}

/** Only the sender signs, everybody verifies: `v1a` of Standard Webhooks, Ed25519. */
export interface WebhookSigningKey {
  readonly version: 'v1a'
  readonly key: JwsKey
}

export interface WebhookPublicKey {
  readonly version: 'v1a'
  readonly key: JwsKey
}

/** What a receiver verifies with. */
export type WebhookKey = WebhookSecret | WebhookPublicKey

const SECRET_PREFIX = 'whsec_'
const PRIVATE_PREFIX = 'whsk_'
const PUBLIC_PREFIX = 'whpk_'
/** Standard Webhooks, "Signature scheme": between 24 and 64 bytes. */
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64
const NEW_SECRET_BYTES = 32
const SEED_BYTES = 32

/** A new secret, `whsec_` and 256 random bits in base64. */
export function newWebhookSecret(random: Random = systemRandom): string {
  return SECRET_PREFIX + encodeBase64(random.bytes(NEW_SECRET_BYTES))
}

/**
 * Reads a secret: `whsec_…`, or the base64 behind it alone.
 *
 * @throws {RangeError} It is none, or has fewer than 24 or more than 64 bytes. The message never holds it.
 */
export function webhookSecret(text: string): WebhookSecret {
  if (text.startsWith(PUBLIC_PREFIX) || text.startsWith(PRIVATE_PREFIX)) throw new RangeError('an asymmetric webhook key is no secret')
  const bytes = bytesOf(text, SECRET_PREFIX)
  if (bytes.byteLength < MIN_SECRET_BYTES || bytes.byteLength > MAX_SECRET_BYTES)
    throw new RangeError(`a webhook secret has ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`)
  return { version: 'v1', key: hmacKey(bytes) }
}

/** Reads a private key, `whsk_…`: a seed of 32 bytes, with or without the public key behind it. @throws {RangeError} It is none. */
export function webhookSigningKey(text: string): WebhookSigningKey {
  const bytes = bytesOf(text, PRIVATE_PREFIX)
  const key = ed25519PrivateKey(bytes.subarray(0, SEED_BYTES))
  const named = bytes.subarray(SEED_BYTES)
  const isWhole = named.byteLength === 0 || equalBytes(named, ed25519PublicBytes(key))
  if (!isWhole) throw new RangeError('the halves of a webhook key do not belong together')
  return { version: 'v1a', key }
}

/** Reads a public key, `whpk_…`. @throws {RangeError} It is none. */
export function webhookPublicKey(text: string): WebhookPublicKey {
  if (!text.startsWith(PUBLIC_PREFIX)) throw new RangeError('a public webhook key begins with whpk_')
  return { version: 'v1a', key: ed25519PublicKey(bytesOf(text, PUBLIC_PREFIX)) }
}

/** The `whpk_…` of a key, for those who verify. */
export function webhookPublicKeyText({ key }: WebhookSigningKey | WebhookPublicKey): string {
  return PUBLIC_PREFIX + encodeBase64(ed25519PublicBytes(key))
}

/** Reads whatever a receiver may be given. @throws {RangeError} It is no key to verify with. */
export function webhookKey(text: string): WebhookKey {
  return text.startsWith(PUBLIC_PREFIX) ? webhookPublicKey(text) : webhookSecret(text)
}

function bytesOf(text: string, prefix: string): Uint8Array {
  try {
    return decodeBase64(text.startsWith(prefix) ? text.slice(prefix.length) : text)
  } catch {
    throw new RangeError('a webhook key is base64')
  }
}
