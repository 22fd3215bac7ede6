import { AuthError, decodeBase64, encodeBase64, type EpochSeconds } from '../core/index.ts'
import { equalText, signEd25519, verifyEd25519 } from '../crypto/index.ts'
import { fieldOf, type FieldReader, joinedBytes, requireTolerance, secondsOf, type WebhookFacts } from './received.ts'
import type { WebhookKey, WebhookSecret, WebhookSigningKey } from './webhook-key.ts'

export interface WebhookHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

export interface WebhookToSign {
  /** Stays the same however often the message is sent. Visible ASCII without a dot, 256 characters at most. */
  readonly id: string
  /** Of this sending. */
  readonly sentAt: EpochSeconds
  /** The very bytes that are sent; a text counts as UTF-8. */
  readonly body: string | Uint8Array
}

/** The dot separates what is signed: with one in the id, two messages would have one text. */
const ID = /^[!-\-/-~]{1,256}$/
const MAX_SIGNATURES = 16
const MAX_FIELD_LENGTH = 4096

/**
 * Signs a message by Standard Webhooks 1.0.0. Several keys give several signatures, so that receivers can change over one after another.
 *
 * @throws {RangeError} No key, too many, or an id with a dot.
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md}
 */
export function signWebhook({ id, sentAt, body }: WebhookToSign, keys: readonly (WebhookSecret | WebhookSigningKey)[]): WebhookHeaders {
  if (!ID.test(id)) throw new RangeError('the id of a webhook is visible ASCII without a dot')
  if (keys.length === 0 || keys.length > MAX_SIGNATURES) throw new RangeError(`a webhook has 1 to ${MAX_SIGNATURES} signatures`)
  const timestamp = String(sentAt)
  const content = joinedBytes(`${id}.${timestamp}.`, body)
  const signatures = keys.map((key) =>
    key.version === 'v1' ? `v1,${key.key.text(content, 'base64')}` : `v1a,${encodeBase64(signEd25519(key.key, content))}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

export interface WebhookVerification {
  /** One of them has to have signed: the current one, and the one before while it is being replaced. */
  readonly keys: readonly WebhookKey[]
  readonly now: EpochSeconds
  /** To both sides. Default 300. */
  readonly toleranceSeconds?: number
}

/**
 * Verifies a message by Standard Webhooks: id, time, signature over the very bytes that came.
 *
 * Does not look for duplicates: within the tolerance the same message is good again, and a sender repeats what was not acknowledged.
 *
 * @throws {AuthError} `credential_missing`, `credential_malformed`, `request_expired`, `signature_invalid`.
 */
export function verifyWebhook(
  values: FieldReader,
  body: string | Uint8Array,
  { keys, now, toleranceSeconds = 300 }: WebhookVerification,
): WebhookFacts {
  const id = fieldOf(values, 'webhook-id', MAX_FIELD_LENGTH)
  const timestamp = fieldOf(values, 'webhook-timestamp', MAX_FIELD_LENGTH)
  const field = fieldOf(values, 'webhook-signature', MAX_FIELD_LENGTH)
  if (!ID.test(id)) throw new AuthError('credential_malformed', { part: 'webhook-id' })
  const sentAt = secondsOf(timestamp, 'webhook-timestamp')
  const signatures = field.split(' ').map(signatureOf)
  if (signatures.length > MAX_SIGNATURES) throw new AuthError('credential_malformed', { part: 'webhook-signature' })
  requireTolerance(sentAt, now, toleranceSeconds)
  const content = joinedBytes(`${id}.${timestamp}.`, body)
  if (!keys.some((key) => isSignedWith(key, content, signatures))) throw new AuthError('signature_invalid', { id })
  return { id, sentAt }
}

interface Presented {
  readonly version: string
  readonly value: string
}

/** Versions that are unknown are passed over: a sender may speak several. */
function signatureOf(text: string): Presented {
  const comma = text.indexOf(',')
  return { version: text.slice(0, Math.max(0, comma)), value: text.slice(comma + 1) }
}

/** A key answers for its own version only, so that a public key is never taken for a secret. */
function isSignedWith(key: WebhookKey, content: Uint8Array, signatures: readonly Presented[]): boolean {
  const own = signatures.filter(({ version }) => version === key.version)
  if (own.length === 0) return false
  if (key.version === 'v1a') return own.some(({ value }) => isVerified(key.key, content, value))
  const expected = key.key.text(content, 'base64')
  return own.some(({ value }) => equalText(value, expected))
}

function isVerified(key: Extract<WebhookKey, { version: 'v1a' }>['key'], content: Uint8Array, value: string): boolean {
  try {
    return verifyEd25519(key, content, decodeBase64(value))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
