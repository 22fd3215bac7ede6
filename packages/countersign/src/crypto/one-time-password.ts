import { createHmac } from 'node:crypto'

export interface OneTimePasswordOptions {
  /** Default 6. */
  readonly digits?: 6 | 7 | 8
  /** Default `sha1`: what every authenticator app knows. Its weakness against collisions is none of HMAC's. */
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512'
}

/** How long a time step lasts (RFC 6238 section 4.1). */
export const TOTP_STEP_SECONDS = 30

/** The time step of a moment in milliseconds: the counter of `oneTimePassword` in RFC 6238. */
export const totpStep = (at: number): number => Math.floor(at / (TOTP_STEP_SECONDS * 1000))

/**
 * The HMAC-based one-time password of a counter (RFC 4226 section 5.3), in decimal digits. Does not check that the secret is long
 * enough (RFC 4226 section 4 asks for 128 bits), nor remember what was used.
 *
 * @throws {RangeError} The counter is no whole number from 0 to 2^53 - 1.
 */
export function oneTimePassword(secret: Uint8Array, counter: number, options: OneTimePasswordOptions = {}): string {
  if (!Number.isSafeInteger(counter) || counter < 0) throw new RangeError('the counter of a one-time password is a whole number')
  const { digits = 6, algorithm = 'sha1' } = options
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac(algorithm, secret).update(message).digest()
  const truncated = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 0x0f) & 0x7fffffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}
