import type { Random } from 'countersign/core'

const PREFIX = 'CSK'
const CHARACTERS = 17
/** RFC 4648 section 6. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const form = /^CSK[A-Z2-7]{17}$/

/** An id as tools made for Amazon expect it: 20 upper-case letters and digits, 85 bits of them random. It is no secret. */
export function newAccessKeyId(random: Random): string {
  return PREFIX + Array.from(random.bytes(CHARACTERS), (byte) => BASE32.charAt(byte & 31)).join('')
}

/** By its form alone: so that what is no id of a key is never looked for. */
export const isAccessKeyId = (text: string): boolean => form.test(text)
