import { hkdfSync } from 'node:crypto'

/**
 * HKDF-SHA256 (RFC 5869): `length` bytes out of a secret, different for each `info` (a text counts as UTF-8).
 *
 * @throws {RangeError} `length` over 255 * 32.
 */
export function hkdfSha256(
  secret: Uint8Array,
  info: string | Uint8Array,
  length: number,
  salt: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length))
}
