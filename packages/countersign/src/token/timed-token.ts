import { decodeBase64urlText, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject, parseJson } from '../core/json.ts'
import { type Clock, type EpochMs, type Random, systemRandom } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { equalText, type HmacKey, hmacKey, hmacSha256Base64url } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'
import { sealedEnvelope } from './sealed-envelope.ts'

export interface TimedTokenOptions {
  /** The first signs, all verify. Each at least 32 bytes. */
  readonly keys: readonly Uint8Array[]
  /** What the tokens are for, with its version: `magic-link/1`. A token of another purpose is refused. */
  readonly purpose: string
  readonly clock: Clock
  /** Hides the payload too: whoever holds the token can neither read nor change it. Default `false`: signed, and readable by all. */
  readonly encrypted?: boolean
  /** For encrypted tokens, and for those that are good once. */
  readonly random?: Random
  /** Where those that are good once are claimed: a `ReplayStore` of `countersign/replay`, shared by all processes that redeem them. */
  readonly replay?: Claims
}

/** What is asked of a replay store: `true` for exactly one caller. */
export interface Claims {
  claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean>
}

export interface TimedTokenLife {
  readonly expiresInSeconds: number
  /** Good for one use: `redeem` takes it, and `verify` does not. Default `false`. */
  readonly once?: boolean
}

export interface TimedTokens {
  /**
   * The payload is readable by whoever holds the token, unless it is `encrypted`.
   *
   * @throws {RangeError} The token would be longer than `verify` takes: 4,096 characters; or its life is no positive number of seconds; or it is to be good
   *   once, and there is no replay store.
   */
  sign(payload: Readonly<Record<string, unknown>>, options: TimedTokenLife): string
  /**
   * Takes a token as often as it is shown. One that is good once is refused.
   *
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
   */
  verify(token: string): Record<string, unknown>
  /**
   * Uses up a token that was made to be good once: of all who show it one gets its payload, over all processes.
   *
   * @throws {AuthError} `link_invalid` for one that was used; `credential_malformed`, `token_invalid`, `token_expired`; what the replay store throws.
   */
  redeem(token: string): Promise<Record<string, unknown>>
}

/** How the text of a token is kept from changes, or from readers too. */
export interface Envelope {
  wrap(text: string): string
  /** @throws {AuthError} `credential_malformed`, `token_invalid`. */
  open(token: string): string
}

const MAX_LENGTH = 4096
const MIN_SECRET_BYTES = 32
const ID_BYTES = 16
/** Stands in front, so that a later form is never taken for this one. */
const VERSION = '1.'

/**
 * Tokens that carry a small payload and expire. Signed: `1.<base64url of [expires at, payload, id]>.<HMAC-SHA256>`, the id of those alone that are good once.
 * Encrypted: base64url of a version and the same under AES-256-GCM, padded so that its length says little.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createTimedTokens(options: TimedTokenOptions): TimedTokens {
  const { keys, purpose, clock, encrypted = false, random = systemRandom, replay } = options
  if (keys.some((key) => key.byteLength < MIN_SECRET_BYTES))
    throw new RangeError(`a timed token's key has at least ${MIN_SECRET_BYTES} bytes`)
  if (keys.length === 0) throw new RangeError('timed tokens need a key')
  const envelope = encrypted ? sealedEnvelope(keys, purpose, random) : signedEnvelope(keys, purpose)
  const living = (token: string): Content => {
    if (token.length > MAX_LENGTH) throw new AuthError('credential_malformed', { reason: 'timed_token' })
    const content = readText(envelope.open(token))
    if (clock.now() >= content.expiresAt) throw new AuthError('token_expired')
    return content
  }
  return Object.freeze({
    sign(payload: Readonly<Record<string, unknown>>, { expiresInSeconds, once = false }: TimedTokenLife): string {
      if (!(Number.isFinite(expiresInSeconds) && expiresInSeconds > 0))
        throw new RangeError('a timed token lives for a positive number of seconds')
      if (once && replay === undefined) throw new RangeError('a token that is good once needs a replay store')
      const id = once ? [encodeBase64url(random.bytes(ID_BYTES))] : []
      const token = envelope.wrap(JSON.stringify([clock.now() + expiresInSeconds * 1000, payload, ...id]))
      if (token.length > MAX_LENGTH) throw new RangeError('a timed token that is too long')
      return token
    },
    verify(token: string): Record<string, unknown> {
      const { payload, id } = living(token)
      if (id !== undefined) throw new AuthError('token_invalid', { reason: 'good_once' })
      return payload
    },
    async redeem(token: string): Promise<Record<string, unknown>> {
      const { expiresAt, payload, id } = living(token)
      if (id === undefined || replay === undefined) throw new AuthError('token_invalid', { reason: 'not_good_once' })
      if (!(await replay.claim(`timed-token/${purpose}`, id, expiresAt))) throw new AuthError('link_invalid', { reason: 'used' })
      return payload
    },
  })
}

function signedEnvelope(keys: readonly Uint8Array[], purpose: string): Envelope {
  const macKeys = keys.map((key) => hmacKey(derivePurposeKey(key, `timed-token/${purpose}`)))
  const signingKey = macKeys[0] as HmacKey // there is one: the caller has looked
  return {
    wrap(text) {
      const body = VERSION + encodeBase64url(new TextEncoder().encode(text))
      return `${body}.${hmacSha256Base64url(signingKey, body)}`
    },
    open: (token) => textOf(authenticBody(token, macKeys).slice(VERSION.length)),
  }
}

/** The body, once one of the keys has vouched for it. */
function authenticBody(token: string, keys: readonly HmacKey[]): string {
  const dot = token.startsWith(VERSION) ? token.indexOf('.', VERSION.length) : -1
  if (dot <= VERSION.length) throw new AuthError('credential_malformed', { reason: 'timed_token' })
  const body = token.slice(0, dot)
  const mac = token.slice(dot + 1)
  if (!keys.some((key) => equalText(hmacSha256Base64url(key, body), mac))) throw new AuthError('token_invalid', { reason: 'signature' })
  return body
}

function textOf(body: string): string {
  try {
    return decodeBase64urlText(body)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}

interface Content {
  readonly expiresAt: EpochMs
  readonly payload: Record<string, unknown>
  /** Of one that is good once. */
  readonly id: string | undefined
}

function readText(text: string): Content {
  const parsed = parse(text)
  const [expiresAt, payload, id, ...rest]: unknown[] = Array.isArray(parsed) ? parsed : []
  const isKnown = (id === undefined || typeof id === 'string') && rest.length === 0
  if (typeof expiresAt !== 'number' || !isJsonObject(payload) || !isKnown) throw new AuthError('token_invalid', { reason: 'payload' })
  return { expiresAt, payload, id }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}
