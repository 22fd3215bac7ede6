import { decodeUtf8 } from '../../core/base64url.ts'
import { decodeBase64 } from '../../core/base64.ts'
import type { Cursor } from './cursor.ts'
import type { BareItem } from './model.ts'

/** RFC 9651 section 3.3.1: at most 15 digits; section 3.3.2: at most 12 before the point and 3 after it. */
const number = /-?(?:(\d{1,12})\.(\d{1,3})|(\d{1,15}))(?![\d.])/y
const key = /[a-z*][a-z0-9_.*-]*/y
const token = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y
const string = /"([ !#-[\]-~]*(?:\\["\\][ !#-[\]-~]*)*)"/y
const displayString = /%"([ !#$&-~]*(?:%[0-9a-f]{2}[ !#$&-~]*)*)"/y
const bytes = /:([A-Za-z0-9+/]*={0,2}):/y

const AT = 0x40
const QUESTION = 0x3f
const QUOTE = 0x22
const PERCENT = 0x25
const COLON = 0x3a
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const ONE = 0x31

/** RFC 9651 section 4.2.3.1. What a bare item is, its first character says. */
export function parseBareItem(cursor: Cursor): BareItem {
  const { code } = cursor
  if (code === QUOTE) return { type: 'string', value: unescaped(match(cursor, string, 1)) }
  if (code === MINUS || (code >= ZERO && code <= NINE)) return numberAt(cursor)
  if (code === COLON) return { type: 'bytes', value: decodeBase64(match(cursor, bytes, 1)) }
  if (code === QUESTION) return { type: 'boolean', value: booleanAt(cursor) }
  if (code === AT) return { type: 'date', value: dateAt(cursor) }
  if (code === PERCENT) return { type: 'display-string', value: decodePercent(match(cursor, displayString, 1)) }
  return { type: 'token', value: match(cursor, token, 0) }
}

/** RFC 9651 section 4.2.3.3. */
export function parseKey(cursor: Cursor): string {
  return match(cursor, key, 0)
}

/** What the pattern finds at the cursor, which goes past it. */
function match(cursor: Cursor, pattern: RegExp, group: 0 | 1): string {
  pattern.lastIndex = cursor.place
  const found = pattern.exec(cursor.text)
  if (found === null) throw cursor.error()
  cursor.place = pattern.lastIndex
  return found[group] as string
}

function numberAt(cursor: Cursor): BareItem {
  const text = match(cursor, number, 0)
  // Plus zero: there is no -0.
  return { type: text.includes('.') ? 'decimal' : 'integer', value: Number(text) + 0 }
}

function booleanAt(cursor: Cursor): boolean {
  cursor.place++
  if (cursor.take(ONE)) return true
  cursor.expect(ZERO)
  return false
}

function dateAt(cursor: Cursor): number {
  cursor.place++
  const seconds = numberAt(cursor)
  if (seconds.type !== 'integer') throw cursor.error()
  return seconds.value
}

const unescaped = (text: string): string => (text.includes('\\') ? text.replace(/\\(.)/g, '$1') : text)

function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  const decoded: number[] = []
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== PERCENT) decoded.push(text.charCodeAt(index))
    else {
      decoded.push(Number.parseInt(text.slice(index + 1, index + 3), 16))
      index += 2
    }
  }
  return decodeUtf8(Uint8Array.from(decoded))
}
