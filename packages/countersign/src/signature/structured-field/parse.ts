import { Cursor } from './cursor.ts'
import { parseBareItem, parseKey } from './bare-item.ts'
import type { BareItem, Dictionary, InnerList, Item, List, Member, Parameters } from './model.ts'

const NO_PARAMETERS: Parameters = new Map()
const TRUE: BareItem = { type: 'boolean', value: true }

const SPACE = 0x20
const COMMA = 0x2c
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const OPEN = 0x28
const CLOSE = 0x29

/**
 * Parses a field that is defined as an item (RFC 9651 section 4.2). A field of several lines is its lines joined by `, `.
 *
 * @throws {SyntaxError} The text is anything else; so do the other parsers. The message never contains the text.
 */
export function parseItem(text: string): Item {
  const cursor = new Cursor(text)
  cursor.skipSpaces()
  const item = itemAt(cursor)
  return whole(cursor, item)
}

/** Parses a field that is defined as a list. An empty text is an empty list. */
export function parseList(text: string): List {
  const members: Member[] = []
  return eachMember(text, members, (cursor) => void members.push(memberAt(cursor)))
}

/** Parses a field that is defined as a dictionary. Of a key that stands there twice the last value counts, as section 4.2.2 says. */
export function parseDictionary(text: string): Dictionary {
  const members = new Map<string, Member>()
  return eachMember(text, members, (cursor) => {
    const key = parseKey(cursor)
    if (cursor.take(EQUALS)) members.set(key, memberAt(cursor))
    else members.set(key, { bare: TRUE, parameters: parametersAt(cursor) })
  })
}

/** Parses an inner list with its parameters that stands alone, as the value of `@signature-params` does. */
export function parseInnerList(text: string): InnerList {
  const cursor = new Cursor(text)
  return whole(cursor, innerListAt(cursor))
}

function eachMember<Into>(text: string, into: Into, take: (cursor: Cursor) => void): Into {
  const cursor = new Cursor(text)
  cursor.skipSpaces()
  if (cursor.atEnd) return into
  for (;;) {
    take(cursor)
    cursor.skipBlanks()
    if (cursor.atEnd) return into
    cursor.expect(COMMA)
    cursor.skipBlanks()
    // A trailing comma.
    if (cursor.atEnd) throw cursor.error()
  }
}

function memberAt(cursor: Cursor): Member {
  return cursor.at(OPEN) ? innerListAt(cursor) : itemAt(cursor)
}

function itemAt(cursor: Cursor): Item {
  return { bare: parseBareItem(cursor), parameters: parametersAt(cursor) }
}

function innerListAt(cursor: Cursor): InnerList {
  cursor.expect(OPEN)
  const items: Item[] = []
  for (;;) {
    cursor.skipSpaces()
    if (cursor.take(CLOSE)) return { items, parameters: parametersAt(cursor) }
    items.push(itemAt(cursor))
    if (!cursor.at(SPACE) && !cursor.at(CLOSE)) throw cursor.error()
  }
}

function parametersAt(cursor: Cursor): Parameters {
  if (!cursor.at(SEMICOLON)) return NO_PARAMETERS
  const parameters = new Map<string, BareItem>()
  while (cursor.take(SEMICOLON)) {
    cursor.skipSpaces()
    const key = parseKey(cursor)
    parameters.set(key, cursor.take(EQUALS) ? parseBareItem(cursor) : TRUE)
  }
  return parameters
}

function whole<Parsed>(cursor: Cursor, parsed: Parsed): Parsed {
  cursor.skipSpaces()
  if (!cursor.atEnd) throw cursor.error()
  return parsed
}
