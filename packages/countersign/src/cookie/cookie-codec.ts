import { type Clock, type Random, systemClock, systemRandom } from '../core/index.ts'
import { CookieTooLong, MAX_COOKIE_BYTES } from './set-cookie.ts'

export interface CookieCodecOptions {
  /** The first makes, all open: a new key is put in front, and an old one leaves when its last cookie has expired. Each at least 32 bytes. */
  readonly keys: readonly Uint8Array[]
  readonly clock?: Clock
  readonly random?: Random
}

export interface OpenedCookie {
  readonly value: string
  /** Made with the first key. If not, set the cookie again, before the key leaves the list. */
  readonly isNewest: boolean
}

/** Values of cookies that nobody else can make, each bound to the name of its cookie and limited in time. */
export interface CookieCodec {
  /**
   * @throws {CookieTooLong} Browsers would not keep it.
   * @throws {RangeError} `expiresInSeconds` is not above 0.
   */
  write(name: string, value: string, options: { readonly expiresInSeconds: number }): string
  /**
   * Does not make the cookie a single-use one: whoever has copied it has it until it expires.
   *
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`.
   */
  read(name: string, text: string): OpenedCookie
}

const MIN_KEY_BYTES = 32

export interface CodecParts {
  readonly keys: readonly Uint8Array[]
  readonly clock: Clock
  readonly random: Random
}

/** @throws {RangeError} No key, or one with fewer than 32 bytes. */
export function codecParts({ keys, clock = systemClock, random = systemRandom }: CookieCodecOptions): CodecParts {
  if (keys.length === 0) throw new RangeError('cookies need a key')
  if (keys.some((key) => key.byteLength < MIN_KEY_BYTES)) throw new RangeError(`a key of cookies has at least ${MIN_KEY_BYTES} bytes`)
  return { keys, clock, random }
}

export function requireFit(name: string, text: string): string {
  if (name.length + text.length > MAX_COOKIE_BYTES) throw new CookieTooLong(name, name.length + text.length)
  return text
}

/** The moment, in milliseconds, at which a cookie ends that is written now. */
export function endOf(clock: Clock, expiresInSeconds: number): number {
  if (!(expiresInSeconds > 0 && Number.isFinite(expiresInSeconds))) throw new RangeError('a cookie expires in so many seconds, above 0')
  return clock.now() + Math.floor(expiresInSeconds * 1000)
}
