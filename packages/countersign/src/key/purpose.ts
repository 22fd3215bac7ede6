import { hkdfSha256 } from '../crypto/index.ts'

const KEY_BYTES = 32

/**
 * Derives the key of one purpose from a secret, so that what is made for one purpose is worthless for another.
 *
 * @param purpose A label with its version: `refresh/1`, `magic-link/1`.
 */
export function derivePurposeKey(secret: Uint8Array, purpose: string): Uint8Array {
  return hkdfSha256(secret, `countersign/${purpose}`, KEY_BYTES)
}
