import { newSecret, parseSecret, type Random } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'

/** Crockford's: without I, L, O and U, which are misread. 32 characters, so that a byte's low bits choose one evenly. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8
const form = /^[0-9A-HJKMNP-TV-Z]{8}$/
const REQUEST_PREFIX = 'cs_ask'

/** Eight characters for somebody to type: 40 bits. */
export function newMagicCode(random: Random): string {
  const code = Array.from(random.bytes(LENGTH), (byte) => alphabet.charAt(byte & 31)).join('')
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** As it was meant: case, spaces and dashes do not count, and what is misread is read as it was printed. */
function normalized(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return form.test(code) ? code : undefined
}

/** @returns undefined for what can be no code. */
export function magicCodeHash(requestHash: string, typed: string): string | undefined {
  const code = normalized(typed)
  return code === undefined ? undefined : sha256Base64url(`${requestHash}.${code}`)
}

/** What only the browser has that asked. Without it no code is right. */
export const newRequestSecret = (random: Random): string => newSecret(REQUEST_PREFIX, random)

export const requestHashOf = (secret: string): string => sha256Base64url(secret)

/** @returns undefined for what is no such secret. */
export function parseRequestSecret(secret: string): string | undefined {
  try {
    parseSecret(REQUEST_PREFIX, secret)
  } catch {
    return undefined
  }
  return requestHashOf(secret)
}
