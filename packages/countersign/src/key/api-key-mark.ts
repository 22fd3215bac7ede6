import { type ApiKeyEnvironment, decodeBase64url, encodeBase64url, type Random } from '../core/index.ts'
import { equalBytes, type HmacKey, hmacKey } from '../crypto/index.ts'

const PREFIX = 'key_'
const RANDOM_BYTES = 11
const MARK_BYTES = 5

/**
 * Marks the ids of API keys: 88 random bits and 40 bits of a MAC over them, so that whoever holds the marking key knows a made-up id without
 * asking anybody. To know the key lets one make ids up, and nothing more: no key is accepted for its id.
 */
export class ApiKeyMark {
  readonly #key: HmacKey

  /** @param key 32 bytes that the issuer and its services share. */
  constructor(key: Uint8Array) {
    this.#key = hmacKey(key)
  }

  newId(environment: ApiKeyEnvironment, random: Random): string {
    const bytes = new Uint8Array(RANDOM_BYTES + MARK_BYTES)
    bytes.set(random.bytes(RANDOM_BYTES))
    bytes.set(this.#markOf(environment, bytes), RANDOM_BYTES)
    return PREFIX + encodeBase64url(bytes)
  }

  /** @param id Of the form of one: see `parseApiKey`. */
  isMarked(environment: ApiKeyEnvironment, id: string): boolean {
    let bytes: Uint8Array
    try {
      bytes = decodeBase64url(id.slice(PREFIX.length))
    } catch {
      // Not the canonical text of any bytes.
      return false
    }
    return equalBytes(bytes.subarray(RANDOM_BYTES), this.#markOf(environment, bytes))
  }

  #markOf(environment: ApiKeyEnvironment, bytes: Uint8Array): Uint8Array {
    const marked = `countersign/api-key-mark/1:${environment}:${encodeBase64url(bytes.subarray(0, RANDOM_BYTES))}`
    return this.#key.bytes(marked).subarray(0, MARK_BYTES)
  }
}
