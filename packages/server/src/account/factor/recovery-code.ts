import type { Random } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { encodeBase32 } from './base32.ts'

/** 120 bits: nobody finds one, so that an ordinary hash keeps it. */
const BYTES = 15
const COUNT = 10
const form = /^[A-Z2-7]{24}$/

/** Ten codes for the day on which the app is lost, as they are shown: `ABCDEF-GHIJKL-MNOPQR-STUVWX`. */
export function newRecoveryCodes(random: Random): readonly string[] {
  const newCode = (): string => encodeBase32(random.bytes(BYTES)).replace(/(.{6})(?=.)/g, '$1-')
  return Array.from({ length: COUNT }, newCode)
}

/** What is kept of a code, however it was typed; undefined for what is none. @param factor The one that it stands for. */
export function recoveryCodeHash(factor: string, code: string): string | undefined {
  const typed = code.replace(/[\s-]/g, '').toUpperCase()
  return form.test(typed) ? sha256Base64url(`${factor}.${typed}`) : undefined
}
