import { encodeBase64 } from '../../core/base64.ts'
import { type BareItem, type Dictionary, type InnerList, type Item, isInnerList, type List, type Member, type Parameters } from './model.ts'

const KEY = /^[a-z*][a-z0-9_.*-]*$/
const TOKEN = /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/
const PRINTABLE = /^[ -~]*$/
const MAX_INTEGER = 999_999_999_999_999
const MAX_DECIMAL = 999_999_999_999.999

/**
 * Writes an item in its one strict form (RFC 9651 section 4.1).
 *
 * @throws {RangeError} Something in it has no form: a key, a token, a character or a number out of bounds. So do the other writers.
 */
export function serializeItem({ bare, parameters }: Item): string {
  return serializeBareItem(bare) + serializeParameters(parameters)
}

/** An empty list is a field that is not sent: the empty text. */
export function serializeList(list: List): string {
  return list.map(serializeMember).join(', ')
}

export function serializeDictionary(dictionary: Dictionary): string {
  return [...dictionary].map(([name, member]) => serializeKey(name) + assigned(member)).join(', ')
}

export function serializeInnerList({ items, parameters }: InnerList): string {
  return `(${items.map(serializeItem).join(' ')})${serializeParameters(parameters)}`
}

export function serializeMember(member: Member): string {
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member)
}

export function serializeParameters(parameters: Parameters): string {
  let text = ''
  for (const [name, value] of parameters) text += `;${serializeKey(name)}${isTrue(value) ? '' : `=${serializeBareItem(value)}`}`
  return text
}

export function serializeBareItem(item: BareItem): string {
  switch (item.type) {
    case 'integer':
      return integer(item.value)
    case 'decimal':
      return decimal(item.value)
    case 'string':
      return serializeString(item.value)
    case 'token':
      return requireForm(item.value, TOKEN)
    case 'bytes':
      return `:${encodeBase64(item.value)}:`
    case 'boolean':
      return item.value ? '?1' : '?0'
    case 'date':
      return `@${integer(item.value)}`
    case 'display-string':
      return displayString(item.value)
  }
}

export function serializeString(text: string): string {
  return `"${requireForm(text, PRINTABLE).replace(/["\\]/g, '\\$&')}"`
}

function serializeKey(name: string): string {
  return requireForm(name, KEY)
}

function assigned(member: Member): string {
  if (!isInnerList(member) && isTrue(member.bare)) return serializeParameters(member.parameters)
  return `=${serializeMember(member)}`
}

const isTrue = (item: BareItem): boolean => item.type === 'boolean' && item.value

function requireForm(text: string, form: RegExp): string {
  if (!form.test(text)) throw new RangeError('a text that a structured field cannot carry')
  return text
}

function integer(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > MAX_INTEGER) throw outOfBounds()
  // No -0.
  return String(value === 0 ? 0 : value)
}

/** RFC 9651 section 4.1.5: three places at most, a tie goes to the even digit, one place at least. */
function decimal(value: number): string {
  const thousandths = value * 1000
  const down = Math.floor(thousandths)
  const rest = thousandths - down
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down
  if (!(Math.abs(rounded) <= MAX_DECIMAL * 1000)) throw outOfBounds()
  const text = String(Math.abs(rounded)).padStart(4, '0')
  const places = text.slice(-3).replace(/0{1,2}$/, '')
  return `${rounded < 0 ? '-' : ''}${text.slice(0, -3)}.${places}`
}

function displayString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('a text that is not Unicode')
  let written = ''
  for (const byte of new TextEncoder().encode(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25 && byte !== 0x22
    written += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`
  }
  return `%"${written}"`
}

const outOfBounds = (): RangeError => new RangeError('a number that a structured field cannot carry')
