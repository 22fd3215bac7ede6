import { AuthError, type EpochSeconds } from '../core/index.ts'
import { equalText, type HmacKey, hmacKey } from '../crypto/index.ts'
import { fieldOf, type FieldReader, joinedBytes, requireTolerance, secondsOf, type WebhookFacts } from './received.ts'

const HEADER = 'stripe-signature'
const MAX_FIELD_LENGTH = 4096
const MAX_SIGNATURES = 16
const MIN_SECRET_BYTES = 16
const HEX_MAC = /^[0-9a-f]{64}$/

export interface StripeVerification {
  readonly keys: readonly HmacKey[]
  readonly now: EpochSeconds
  /** To both sides. Default 300. */
  readonly toleranceSeconds?: number
}

/** The key of an endpoint's secret, which is used as it stands. @throws {RangeError} It has fewer than 16 bytes. */
export function stripeSecret(text: string): HmacKey {
  const bytes = new TextEncoder().encode(text)
  if (bytes.byteLength < MIN_SECRET_BYTES) throw new RangeError(`a webhook secret has at least ${MIN_SECRET_BYTES} bytes`)
  return hmacKey(bytes)
}

/** The value of a `Stripe-Signature` header. */
export function signStripeWebhook(body: string | Uint8Array, sentAt: EpochSeconds, keys: readonly HmacKey[]): string {
  const content = joinedBytes(`${sentAt}.`, body)
  return [`t=${sentAt}`, ...keys.map((key) => `v1=${key.text(content, 'hex')}`)].join(',')
}

/**
 * Verifies a message that is signed as Stripe does it: `Stripe-Signature: t=…,v1=…`. Stricter than Stripe's own library: one `t` only,
 * lower-case hex, and a time in the future is held against the tolerance as well.
 *
 * Does not look for duplicates; the form signs no id beside the body, where Stripe has it in the member `id`.
 *
 * @throws {AuthError} `credential_missing`, `credential_malformed`, `request_expired`, `signature_invalid`.
 * @see {@link https://docs.stripe.com/webhooks#verify-manually}
 */
export function verifyStripeWebhook(
  values: FieldReader,
  body: string | Uint8Array,
  { keys, now, toleranceSeconds = 300 }: StripeVerification,
): WebhookFacts {
  const parts = fieldOf(values, HEADER, MAX_FIELD_LENGTH).split(',').map(partOf)
  const [timestamp, ...more] = parts.filter(({ name }) => name === 't').map(({ value }) => value)
  const signatures = parts.filter(({ name }) => name === 'v1').map(({ value }) => value)
  if (timestamp === undefined || more.length > 0 || signatures.length > MAX_SIGNATURES) throw malformed()
  const sentAt = secondsOf(timestamp, HEADER)
  requireTolerance(sentAt, now, toleranceSeconds)
  const content = joinedBytes(`${timestamp}.`, body)
  const whole = signatures.filter((value) => HEX_MAC.test(value))
  const isSigned = keys.some((key) => {
    const expected = key.text(content, 'hex')
    return whole.some((value) => equalText(value, expected))
  })
  if (!isSigned) throw new AuthError('signature_invalid')
  return { id: undefined, sentAt }
}

function partOf(text: string): { readonly name: string; readonly value: string } {
  const sign = text.indexOf('=')
  if (sign < 1) throw malformed()
  return { name: text.slice(0, sign).trim(), value: text.slice(sign + 1) }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { part: HEADER })
