import { decodeBase64urlText, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject, parseJson } from '../core/json.ts'
import type { Clock } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { equalText, type HmacKey, hmacKey, hmacSha256Base64url } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'

export interface TimedTokenOptions {
  /** The first signs, all verify. Each at least 32 bytes. */
  readonly keys: readonly Uint8Array[]
  /** What the tokens are for, with its version: `magic-link/1`. A token of another purpose is refused. */
  readonly purpose: string
  readonly clock: Clock
}

export interface TimedTokens {
  /** The payload is readable by whoever holds the token: it is signed, not hidden. */
  sign(payload: Readonly<Record<string, unknown>>, options: { readonly expiresInSeconds: number }): string
  /**
   * Does not make the token a single-use one: claim its id in a replay store for that.
   *
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
   */
  verify(token: string): Record<string, unknown>
}

const MAX_LENGTH = 4096
const MIN_SECRET_BYTES = 32

/**
 * Tokens that carry a small payload and expire: `<base64url of [expires at, payload]>.<HMAC-SHA256>`.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createTimedTokens({ keys, purpose, clock }: TimedTokenOptions): TimedTokens {
  if (keys.some((key) => key.byteLength < MIN_SECRET_BYTES))
    throw new RangeError(`a timed token's key has at least ${MIN_SECRET_BYTES} bytes`)
  const macKeys = keys.map((key) => hmacKey(derivePurposeKey(key, `timed-token/${purpose}`)))
  const [signingKey] = macKeys
  if (signingKey === undefined) throw new RangeError('timed tokens need a key')
  return Object.freeze({
    sign(payload: Readonly<Record<string, unknown>>, options: { readonly expiresInSeconds: number }): string {
      const expiresAt = clock.now() + options.expiresInSeconds * 1000
      const body = encodeBase64url(new TextEncoder().encode(JSON.stringify([expiresAt, payload])))
      return `${body}.${hmacSha256Base64url(signingKey, body)}`
    },
    verify(token: string): Record<string, unknown> {
      const { expiresAt, payload } = readBody(authenticBody(token, macKeys))
      if (clock.now() >= expiresAt) throw new AuthError('token_expired')
      return payload
    },
  })
}

/** The body, once one of the keys has vouched for it. */
function authenticBody(token: string, keys: readonly HmacKey[]): string {
  const dot = token.indexOf('.')
  if (token.length > MAX_LENGTH || dot < 1) throw new AuthError('credential_malformed', { reason: 'timed_token' })
  const body = token.slice(0, dot)
  const mac = token.slice(dot + 1)
  if (!keys.some((key) => equalText(hmacSha256Base64url(key, body), mac))) throw new AuthError('token_invalid', { reason: 'signature' })
  return body
}

function readBody(body: string): { readonly expiresAt: number; readonly payload: Record<string, unknown> } {
  const parsed = parseBody(body)
  const [expiresAt, payload]: unknown[] = Array.isArray(parsed) ? parsed : []
  if (typeof expiresAt !== 'number' || !isJsonObject(payload)) throw new AuthError('token_invalid', { reason: 'payload' })
  return { expiresAt, payload }
}

function parseBody(body: string): unknown {
  try {
    return parseJson(decodeBase64urlText(body))
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}
