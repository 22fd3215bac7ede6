import { encodeBase64url, type Random, systemRandom } from '../core/index.ts'
import { equalText, hmacKey, hmacSha256Base64url } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'

export interface CsrfTokenOptions {
  /** The first makes, all check. Each at least 32 bytes. */
  readonly keys: readonly Uint8Array[]
  readonly random?: Random
}

/** Tokens that only pages of the service can know, each bound to a session (or to a visit, before there is one). */
export interface CsrfTokens {
  /** Another text each time, so that compressed pages do not tell it by their length. */
  create(binding: string): string
  /** Whether the token was made for this binding. Constant time; whatever else it is, is simply no such token. */
  accepts(token: string, binding: string): boolean
}

const PURPOSE = 'csrf/1'
const MIN_KEY_BYTES = 32
const NONCE_BYTES = 16
const form = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

/**
 * Signed double-submit tokens: 128 random bits and HMAC-SHA256 of them and the binding. A cookie that a sibling domain has planted is no proof,
 * since nobody but us can make one that fits the session.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createCsrfTokens({ keys, random = systemRandom }: CsrfTokenOptions): CsrfTokens {
  if (keys.some((key) => key.byteLength < MIN_KEY_BYTES)) throw new RangeError(`a key of CSRF tokens has at least ${MIN_KEY_BYTES} bytes`)
  const macKeys = keys.map((key) => hmacKey(derivePurposeKey(key, PURPOSE)))
  const [newest] = macKeys
  if (newest === undefined) throw new RangeError('CSRF tokens need a key')
  return Object.freeze({
    create(binding: string): string {
      const nonce = encodeBase64url(random.bytes(NONCE_BYTES))
      return `${nonce}.${hmacSha256Base64url(newest, `${nonce}\n${binding}`)}`
    },
    accepts(token: string, binding: string): boolean {
      const [, nonce, mac] = form.exec(token) ?? []
      if (nonce === undefined || mac === undefined) return false
      return macKeys.some((key) => equalText(hmacSha256Base64url(key, `${nonce}\n${binding}`), mac))
    },
  })
}
