import type { Clock } from '../core/platform.ts'
import { equalText, type HmacKey, hmacKey } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'

export interface DpopNoncesOptions {
  readonly clock: Clock
  /** The first makes, all check. Servers that share them take each other's nonces. */
  readonly keys: readonly Uint8Array[]
  /** For how long at least a nonce is taken; at most twice as long. */
  readonly lifeSeconds: number
}

const PURPOSE = 'dpop-nonce/1'
export const MIN_NONCE_KEY_BYTES = 32
const form = /^([0-9a-z]{1,10})\.[A-Za-z0-9_-]{43}$/

/** Nonces for DPoP proofs (RFC 9449 section 8) that nobody has to remember: a span of time, and our MAC of it. */
export class DpopNonces {
  readonly #clock: Clock
  readonly #keys: readonly HmacKey[]
  readonly #spanMs: number

  /** @throws {RangeError} No key, or one with fewer than 32 bytes. */
  constructor({ clock, keys, lifeSeconds }: DpopNoncesOptions) {
    if (keys.length === 0 || keys.some((key) => key.byteLength < MIN_NONCE_KEY_BYTES)) {
      throw new RangeError(`nonces need a key of at least ${MIN_NONCE_KEY_BYTES} bytes`)
    }
    this.#clock = clock
    this.#keys = keys.map((key) => hmacKey(derivePurposeKey(key, PURPOSE)))
    this.#spanMs = lifeSeconds * 1000
  }

  /** For the next proof. */
  get newest(): string {
    const span = this.#span.toString(36)
    return `${span}.${(this.#keys[0] as HmacKey).base64url(span)}`
  }

  /** Whether it is ours, of this span of time or the one before. */
  accepts(nonce: string): boolean {
    const span = form.exec(nonce)?.[1]
    if (span === undefined) return false
    const age = this.#span - Number.parseInt(span, 36)
    return (age === 0 || age === 1) && this.#keys.some((key) => equalText(`${span}.${key.base64url(span)}`, nonce))
  }

  get #span(): number {
    return Math.floor(this.#clock.now() / this.#spanMs)
  }
}
