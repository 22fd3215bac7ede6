import { type Random, systemRandom } from '../core/index.ts'

/** Writes the 64 bits of an id: the high half to `out[0]`, the low half to `out[1]`. */
export type Fingerprint = (id: string, out: Int32Array) => void

const FINISH_ROUNDS = 4
const MAX_BYTE = 0xff
/** What the first state differs by, so that a text and the bytes of another one are never the same. */
const [OF_TEXT, OF_BYTES] = [0, 1]

/**
 * A keyed 64-bit fingerprint of a text: the rounds of HalfSipHash-1-4 (Aumasson and Bernstein), of whose last state both halves are
 * taken, over the text's characters, each of which is a byte; of a text with wider ones, over both bytes of each. Characters are read
 * where they are: to write them elsewhere as bytes takes as long as all the rounds.
 *
 * Claimed: who does not know the key can neither choose two ids that share a fingerprint better than by chance, nor crowd ids into
 * one corner of a table: for that the state would have to collide, or lean, under a secret key and through four more rounds, and no
 * output is ever seen. Not claimed: anything against somebody who knows the key or sees fingerprints; so they stay in the
 * memory of one process, and are never stored, sent or compared with those of another.
 *
 * @param random Where the key comes from: 64 bits, taken once.
 */
export function keyedFingerprint(random: Random = systemRandom): Fingerprint {
  const key = new DataView(random.bytes(8).slice().buffer)
  const key0 = key.getInt32(0)
  const key1 = key.getInt32(4)

  /** @returns whether every character was a byte: otherwise the fingerprint is of no use. */
  function fingerprint(text: string, beginning: number, out: Int32Array): boolean {
    const { length } = text
    let seen = 0
    let v0 = key0
    let v1 = key1 ^ 0xee
    let v2 = key0 ^ 0x6c796765
    let v3 = key1 ^ 0x74656462 ^ beginning
    let at = 0
    // The rounds stand here twice, since a loop that asks in each round where it is takes half as long again.
    for (; at + 4 <= length; at += 4) {
      const a = text.charCodeAt(at)
      const b = text.charCodeAt(at + 1)
      const c = text.charCodeAt(at + 2)
      const d = text.charCodeAt(at + 3)
      seen |= a | b | c | d
      const word = a | (b << 8) | (c << 16) | (d << 24)
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
    // What is left of the text, filled up with zeros; the length tells them from zeros of the text.
    let rest = length << 24
    for (let shift = 0; at < length; at++, shift += 8) {
      const character = text.charCodeAt(at)
      seen |= character
      rest |= character << shift
    }
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
    out[0] = v1 ^ v3
    out[1] = v0 ^ v2
    return seen <= MAX_BYTE
  }

  return (id, out) => {
    if (!fingerprint(id, OF_TEXT, out)) fingerprint(bytesOf(id), OF_BYTES, out)
  }
}

/** Both bytes of each character as a character. */
function bytesOf(text: string): string {
  let bytes = ''
  for (let at = 0; at < text.length; at++) bytes += String.fromCharCode(text.charCodeAt(at) & MAX_BYTE, text.charCodeAt(at) >>> 8)
  return bytes
}

/** The fingerprint of this process: one key for all indexes, so that what one of them has hashed is never wrong for another. */
export const processFingerprint: Fingerprint = keyedFingerprint()
