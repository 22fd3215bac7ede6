import { type Random, systemRandom } from '../core/index.ts'

/** Writes the 64 bits of an id: the high half to `out[0]`, the low half to `out[1]`. */
export type Fingerprint = (id: string, out: Uint32Array) => void

const FINISH_ROUNDS = 3

/**
 * A keyed 64-bit fingerprint of a text: HalfSipHash-1-3 (Aumasson and Bernstein) with 64 bits of output, over the text's UTF-16
 * code units, two of them a word, closed by its length.
 *
 * Claimed: who does not know the key can neither choose two ids with the same fingerprint better than by chance, nor crowd
 * ids into one corner of a table. Not claimed: anything against somebody who knows the key or sees fingerprints. So they stay
 * in the memory of one process; they are never stored, sent or compared between processes.
 *
 * @param random Where the key comes from: 64 bits, taken once.
 */
export function keyedFingerprint(random: Random = systemRandom): Fingerprint {
  const key = new DataView(random.bytes(8).slice().buffer)
  const key0 = key.getInt32(0)
  const key1 = key.getInt32(4)
  return (id, out) => {
    const length = id.length
    const words = length >>> 1
    const last = (length << 16) | ((length & 1) === 1 ? id.charCodeAt(length - 1) : 0)
    const absorbed = words + FINISH_ROUNDS
    let v0 = key0
    let v1 = key1 ^ 0xee
    let v2 = key0 ^ 0x6c796765
    let v3 = key1 ^ 0x74656462
    for (let round = 0; round <= absorbed + FINISH_ROUNDS; round++) {
      const word = round < words ? id.charCodeAt(round * 2) | (id.charCodeAt(round * 2 + 1) << 16) : round === words ? last : 0
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
