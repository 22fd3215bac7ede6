import { type Random, systemRandom } from '../core/index.ts'

/** Writes 128 bits of what stands in the text from `start` on. */
export type SecretFingerprint = (text: string, start: number, out: Int32Array) => void

const FINISH_ROUNDS = 4

/**
 * A keyed 128-bit fingerprint by which a process knows a secret again that it has verified before, at a fifth of the price of SHA-256 and
 * without keeping the secret: the rounds of HalfSipHash-1-4 (Aumasson and Bernstein), of whose last state all four words are taken.
 *
 * Claimed, of secrets with at least 128 random bits: who does not know the secret finds another text of its fingerprint no better than by
 * guessing 128 bits. That follows from the secret, which nobody sees, and not from the strength of the rounds. Not claimed: anything about
 * secrets that people choose, or against somebody who sees fingerprints; so they stay in the memory of one process, and are never stored, sent
 * or shown.
 *
 * @param random Where the key comes from: 128 bits, taken once.
 */
export function keyedSecretFingerprint(random: Random = systemRandom): SecretFingerprint {
  const key = new DataView(random.bytes(16).slice().buffer)
  const [key0, key1, key2, key3] = [key.getInt32(0), key.getInt32(4), key.getInt32(8), key.getInt32(12)]

  return (text, start, out) => {
    const { length } = text
    let v0 = key0
    let v1 = key1
    let v2 = key2 ^ 0x6c796765
    let v3 = key3 ^ 0x74656462
    let at = start
    for (; at + 4 <= length; at += 4) {
      const word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24)
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
    }
    let rest = (length - start) << 24
    for (let shift = 0; at < length; at++, shift += 8) rest |= text.charCodeAt(at) << shift
    v3 ^= rest
    for (let round = 0; round <= FINISH_ROUNDS; round++) {
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
      if (round > 0) continue
      v0 ^= rest
      v2 ^= 0xee
    }
    out[0] = v0
    out[1] = v1
    out[2] = v2
    out[3] = v3
  }
}
