import { AuthError, type Clock, decodeUtf8, type EpochSeconds, isJsonObject, parseJson, toEpochSeconds } from '../core/index.ts'
import type { FieldReader, WebhookFacts } from './received.ts'
import { verifyWebhook } from './standard-webhook.ts'
import { stripeSecret, verifyStripeWebhook } from './stripe-webhook.ts'
import { webhookKey } from './webhook-key.ts'

/** Where ids are claimed: a replay store (`countersign/replay`). With several processes, one that they share. */
export interface WebhookClaims {
  claim(scope: string, id: string, expiresAt: number): Promise<boolean>
  /** Gives back a claim whose message could not be handled after all. */
  release?(scope: string, id: string): Promise<void>
}

export interface WebhookReceiverOptions {
  /** `standard`: Standard Webhooks. `stripe`: as Stripe signs. */
  readonly form: 'standard' | 'stripe'
  /** Any of these may have signed: `whsec_…` or `whpk_…`; of Stripe the secret of the endpoint. While one is being replaced: both. */
  readonly keys: readonly string[]
  readonly claims: WebhookClaims
  readonly clock: Clock
  /** What the ids are claimed for: each endpoint its own. Default `webhook`. */
  readonly scope?: string
  /** How far the time of sending may be from ours, to both sides. Default 300. */
  readonly toleranceSeconds?: number
  /** For so long an id is known again: at least as long as the sender repeats. Default five days. */
  readonly rememberSeconds?: number
  /** Default 1 MiB. */
  readonly bodyLimitBytes?: number
}

/** A message that was verified. */
export interface ReceivedWebhook {
  /** Stable over all attempts of the sender. */
  readonly id: string
  /** Of this attempt. */
  readonly sentAt: EpochSeconds
  /** The very bytes that were signed. */
  readonly body: Uint8Array
  /** @throws {AuthError} `request_invalid` for a body that is no JSON, or names a member twice. */
  json(): unknown
}

/** What it throws makes the sender try again. */
export type WebhookHandler = (webhook: ReceivedWebhook) => Promise<void> | void

export interface WebhookReceiver {
  readonly bodyLimitBytes: number
  /**
   * Verifies a message and hands it to `handler`, unless it was handled before. A second copy that comes while the first is handled waits for
   * it, and ends as it does.
   *
   * @param body The bytes as they arrived, before any parser: a signature speaks for them.
   * @returns `duplicate`: it was handled before; the sender is told that all is well.
   * @throws {AuthError} `credential_missing`, `credential_malformed`, `request_expired`, `signature_invalid`.
   * @throws {TypeError} The body was parsed already. What `handler` throws is thrown on, and its message is taken again when it comes again.
   */
  receive(values: FieldReader, body: Uint8Array | string, handler: WebhookHandler): Promise<'handled' | 'duplicate'>
}

const DEFAULT_REMEMBER_SECONDS = 5 * 86_400
const DEFAULT_BODY_LIMIT_BYTES = 1_048_576
/** Messages whose handling failed and whose claims cannot be given back. Beyond that the oldest are forgotten. */
const MOST_FAILED = 10_000

type Verify = (values: FieldReader, body: Uint8Array) => WebhookFacts

/**
 * Receives webhooks: signature and time first, then each id once.
 *
 * An id is claimed before its message is handled. A process that is killed between the two leaves the claim behind, and what it had not
 * finished is not handled again: who cannot bear that notes `id` in the transaction of what the handler does.
 *
 * @throws {RangeError} No key, or one that is none of this form.
 */
export function createWebhookReceiver(options: WebhookReceiverOptions): WebhookReceiver {
  const { claims, clock, scope = 'webhook', rememberSeconds = DEFAULT_REMEMBER_SECONDS } = options
  const { bodyLimitBytes = DEFAULT_BODY_LIMIT_BYTES } = options
  const verify = verifierOf(options)
  const underWay = new Map<string, Promise<void>>()
  const failed = new Set<string>()

  const giveBack = async (id: string): Promise<void> => {
    if (claims.release !== undefined) return claims.release(scope, id)
    failed.add(id)
    const [oldest] = failed
    if (failed.size > MOST_FAILED && oldest !== undefined) failed.delete(oldest)
  }
  const handle = async (webhook: ReceivedWebhook, handler: WebhookHandler): Promise<void> => {
    try {
      await handler(webhook)
    } catch (error) {
      await giveBack(webhook.id)
      throw error
    }
  }
  const take = async (webhook: ReceivedWebhook, handler: WebhookHandler): Promise<boolean> => {
    const { id } = webhook
    const isAgain = failed.delete(id)
    if (!isAgain && !(await claims.claim(scope, id, clock.now() + rememberSeconds * 1000))) return false
    await handle(webhook, handler)
    return true
  }

  return Object.freeze({
    bodyLimitBytes,
    async receive(values: FieldReader, body: Uint8Array | string, handler: WebhookHandler): Promise<'handled' | 'duplicate'> {
      const webhook = verified(verify, values, bytesOf(body))
      const before = underWay.get(webhook.id)
      if (before !== undefined) {
        await before
        return 'duplicate'
      }
      const taking = take(webhook, handler)
      const settled = taking.then(() => undefined)
      // Whoever waits for it hears of it; nobody has to.
      settled.catch(() => undefined)
      underWay.set(webhook.id, settled)
      try {
        return (await taking) ? 'handled' : 'duplicate'
      } finally {
        underWay.delete(webhook.id)
      }
    },
  })
}

function verifierOf({ form, keys: texts, clock, toleranceSeconds = 300 }: WebhookReceiverOptions): Verify {
  if (texts.length === 0) throw new RangeError('a receiver of webhooks needs a key')
  const now = (): EpochSeconds => toEpochSeconds(clock.now())
  if (form === 'standard') {
    const keys = texts.map(webhookKey)
    return (values, body) => verifyWebhook(values, body, { keys, now: now(), toleranceSeconds })
  }
  const keys = texts.map(stripeSecret)
  return (values, body) => {
    const { sentAt } = verifyStripeWebhook(values, body, { keys, now: now(), toleranceSeconds })
    return { id: idWithin(body), sentAt }
  }
}

function verified(verify: Verify, values: FieldReader, body: Uint8Array): ReceivedWebhook {
  try {
    const { id, sentAt } = verify(values, body)
    if (id === undefined) throw new AuthError('credential_malformed', { part: 'id' })
    return Object.freeze({ id, sentAt, body, json: () => jsonOf(body) })
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'signature_invalid' || !looksRewritten(body)) throw error
    // For the log. Most bodies look so anyway: it is a hint and no more.
    throw new AuthError('signature_invalid', { ...error.detail, hint: 'body_parsed_and_written_again' })
  }
}

/** @throws {TypeError} */
function bytesOf(body: Uint8Array | string): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError(
    'the body of a webhook was changed by a parser: its signature speaks for the bytes as they arrived. ' +
      'Hand over the raw body, or use the adapter of your framework in front of the parser',
  )
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return parseJson(decodeUtf8(body))
  } catch (cause) {
    throw new AuthError('request_invalid', { reason: 'json' }, { cause })
  }
}

/** Of a form that signs no id beside the body: the member `id`. Undefined where there is none. */
function idWithin(body: Uint8Array): string | undefined {
  const value = jsonOf(body)
  const id = isJsonObject(value) ? value['id'] : undefined
  return typeof id === 'string' && id !== '' && id.length <= 256 ? id : undefined
}

/** What `JSON.stringify` writes: of a sender that writes otherwise, a parser has been at it. */
function looksRewritten(body: Uint8Array): boolean {
  try {
    const text = decodeUtf8(body)
    return JSON.stringify(JSON.parse(text)) === text
  } catch {
    return false
  }
}
