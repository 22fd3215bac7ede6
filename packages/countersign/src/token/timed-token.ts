import { decodeBase64urlText, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject, parseJson } from '../core/json.ts'
import { type Clock, type Random, systemRandom } from '../core/platform.ts'
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
  /** For encrypted tokens. */
  readonly random?: Random
}

export interface TimedTokens {
  /**
   * The payload is readable by whoever holds the token, unless it is `encrypted`.
   *
   * @throws {RangeError} The token would be longer than `verify` takes: 4,096 characters.
   */
  sign(payload: Readonly<Record<string, unknown>>, options: { readonly expiresInSeconds: number }): string
  /**
   * Does not make the token a single-use one: claim its id in a replay store for that.
   *
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
   */
  verify(token: string): Record<string, unknown>
}

/** How the text of a token is kept from changes, or from readers too. */
export interface Envelope {
  wrap(text: string): string
  /** @throws {AuthError} `credential_malformed`, `token_invalid`. */
  open(token: string): string
}

const MAX_LENGTH = 4096
const MIN_SECRET_BYTES = 32

/**
 * Tokens that carry a small payload and expire. Signed: `<base64url of [expires at, payload]>.<HMAC-SHA256>`. Encrypted: base64url of
 * the same under AES-256-GCM, padded so that its length says little.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createTimedTokens(options: TimedTokenOptions): TimedTokens {
  const { keys, purpose, clock, encrypted = false, random = systemRandom } = options
  if (keys.some((key) => key.byteLength < MIN_SECRET_BYTES))
    throw new RangeError(`a timed token's key has at least ${MIN_SECRET_BYTES} bytes`)
  if (keys.length === 0) throw new RangeError('timed tokens need a key')
  const envelope = encrypted ? sealedEnvelope(keys, purpose, random) : signedEnvelope(keys, purpose)
  return Object.freeze({
    sign(payload: Readonly<Record<string, unknown>>, { expiresInSeconds }: { readonly expiresInSeconds: number }): string {
      const token = envelope.wrap(JSON.stringify([clock.now() + expiresInSeconds * 1000, payload]))
      if (token.length > MAX_LENGTH) throw new RangeError('a timed token that is too long')
      return token
    },
    verify(token: string): Record<string, unknown> {
      if (token.length > MAX_LENGTH) throw new AuthError('credential_malformed', { reason: 'timed_token' })
      const { expiresAt, payload } = readText(envelope.open(token))
      if (clock.now() >= expiresAt) throw new AuthError('token_expired')
      return payload
    },
  })
}

function signedEnvelope(keys: readonly Uint8Array[], purpose: string): Envelope {
  const macKeys = keys.map((key) => hmacKey(derivePurposeKey(key, `timed-token/${purpose}`)))
  const signingKey = macKeys[0] as HmacKey // there is one: the caller has looked
  return {
    wrap(text) {
      const body = encodeBase64url(new TextEncoder().encode(text))
      return `${body}.${hmacSha256Base64url(signingKey, body)}`
    },
    open: (token) => textOf(authenticBody(token, macKeys)),
  }
}

/** The body, once one of the keys has vouched for it. */
function authenticBody(token: string, keys: readonly HmacKey[]): string {
  const dot = token.indexOf('.')
  if (dot < 1) throw new AuthError('credential_malformed', { reason: 'timed_token' })
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

function readText(text: string): { readonly expiresAt: number; readonly payload: Record<string, unknown> } {
  const parsed = parse(text)
  const [expiresAt, payload]: unknown[] = Array.isArray(parsed) ? parsed : []
  if (typeof expiresAt !== 'number' || !isJsonObject(payload)) throw new AuthError('token_invalid', { reason: 'payload' })
  return { expiresAt, payload }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}
