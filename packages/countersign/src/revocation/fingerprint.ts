import { type Random, systemRandom } from '../core/index.ts'
import { scratchBytes, scratchWords, writeScratch } from '../core/scratch.ts'
import { sha256Base64url } from '../crypto/index.ts'

/** Writes the 64 bits of an id: the high half to `out[0]`, the low half to `out[1]`. */
export type Fingerprint = (id: string, out: Int32Array) => void

const FINISH_ROUNDS = 3

/**
 * A keyed 64-bit fingerprint of a text: HalfSipHash-1-3 (Aumasson and Bernstein) with 64 bits of output, over the text's UTF-8 form.
 *
 * Claimed: who does not know the key can neither choose two ids that share a fingerprint better than by chance, nor crowd ids into
 * one corner of a table. Not claimed: anything against somebody who knows the key or sees fingerprints; so they stay in the
 * memory of one process, and are never stored, sent or compared with those of another. Texts that UTF-8 cannot tell apart,
 * because they are not well-formed, share one.
 *
 * @param random Where the key comes from: 64 bits, taken once.
 */
export function keyedFingerprint(random: Random = systemRandom): Fingerprint {
  const key = new DataView(random.bytes(8).slice().buffer)
  const key0 = key.getInt32(0)
  const key1 = key.getInt32(4)
  return (id, out) => {
    const length = writeScratch(id) ?? writeScratch(sha256Base64url(id)) ?? 0
    // The last word is filled up with zeros; the length, which comes after it, tells them from zeros of the text.
    scratchBytes[length] = 0
    scratchBytes[length + 1] = 0
    scratchBytes[length + 2] = 0
    const words = (length + 3) >>> 2
    const absorbed = words + FINISH_ROUNDS
    let v0 = key0
    let v1 = key1 ^ 0xee
    let v2 = key0 ^ 0x6c796765
    let v3 = key1 ^ 0x74656462
    for (let round = 0; round <= absorbed + FINISH_ROUNDS; round++) {
      const word = round < words ? (scratchWords[round] as number) : round === words ? length : 0
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
      if (round === words) v2 ^= 0xee
      if (round === absorbed) {
        out[0] = v1 ^ v3
        v1 ^= 0xdd
      }
    }
    out[1] = v1 ^ v3
  }
}

/** The fingerprint of this process: one key for all indexes, so that what one of them has hashed is never wrong for another. */
export const processFingerprint: Fingerprint = keyedFingerprint()
