import {
  encodeBase64,
  type FieldType,
  parseDictionary,
  parseItem,
  parseList,
  serializeDictionary,
  serializeItem,
  serializeList,
  serializeMember,
} from '../structured-field/index.ts'
import type { Fail, FieldTypes, SignableMessage } from './component.ts'
import type { ComponentParameters } from './component-parameters.ts'
import { oneLine } from './target.ts'

type FieldReader = (message: SignableMessage) => string

const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/
const SPACE = 0x20

/** The registered fields that are structured ones and that somebody might sign. */
const knownTypes: FieldTypes = {
  'accept-signature': 'dictionary',
  'cache-status': 'list',
  'cdn-cache-control': 'dictionary',
  'client-cert': 'item',
  'client-cert-chain': 'list',
  'content-digest': 'dictionary',
  priority: 'dictionary',
  'proxy-status': 'list',
  'repr-digest': 'dictionary',
  signature: 'dictionary',
  'signature-input': 'dictionary',
  'want-content-digest': 'dictionary',
  'want-repr-digest': 'dictionary',
}

/** @throws {ComponentError} There is no such component of a field, or nobody knows how the field is to be parsed. */
export function fieldReader(
  name: string,
  { sf, bs, tr, key, name: wanted }: ComponentParameters,
  types: FieldTypes,
  fail: Fail,
): FieldReader {
  if (!NAME.test(name) || wanted !== undefined || (bs && (sf || key !== undefined))) throw fail('component_parameter')
  const lines = linesReader(name, tr, fail)
  if (bs) return (message) => lines(message).map(asBytes(fail)).join(', ')
  if (key !== undefined) return (message) => dictionaryMember(joined(lines(message), fail), key, fail)
  if (!sf) return (message) => joined(lines(message), fail)
  const type = typeOf(name, types, fail)
  return (message) => strictly(joined(lines(message), fail), type, fail)
}

function linesReader(name: string, tr: boolean, fail: Fail): (message: SignableMessage) => readonly string[] {
  return (message) => {
    const lines = tr ? message.trailers?.(name) : message.values(name)
    if (lines === undefined) throw fail('component_absent')
    return lines
  }
}

/** RFC 9421 section 2.1, steps 1 to 5. */
function joined(lines: readonly string[], fail: Fail): string {
  return lines.length === 1 ? trimmed(lines[0] as string, fail) : lines.map((line) => trimmed(line, fail)).join(', ')
}

/** Without the space around it; a line that was folded (RFC 9112 section 5.2) is one line. */
function trimmed(line: string, fail: Fail): string {
  const plain = line.includes('\n') ? oneLine(line.replace(/[ \t]*\r?\n[ \t]+/g, ' '), fail) : line
  const isClean = plain.charCodeAt(0) > SPACE && plain.charCodeAt(plain.length - 1) > SPACE
  return isClean ? plain : plain.replace(/^[ \t]+|[ \t]+$/g, '')
}

/** Section 2.1.3: each line by itself, so that no other lines join to the same text. */
function asBytes(fail: Fail): (line: string) => string {
  return (line) => {
    const bytes = Uint8Array.from(trimmed(line, fail), (character) => character.charCodeAt(0))
    // A character of a field value is a byte.
    if (/[^\0-\xff]/.test(line)) throw fail('component_value')
    return `:${encodeBase64(bytes)}:`
  }
}

/** Section 2.1.2. */
function dictionaryMember(text: string, key: string, fail: Fail): string {
  const member = parsed(text, parseDictionary, fail).get(key)
  if (member === undefined) throw fail('component_absent')
  return serializeMember(member)
}

/** Section 2.1.1. */
function strictly(text: string, type: FieldType, fail: Fail): string {
  if (type === 'item') return serializeItem(parsed(text, parseItem, fail))
  if (type === 'list') return serializeList(parsed(text, parseList, fail))
  return serializeDictionary(parsed(text, parseDictionary, fail))
}

function parsed<Field>(text: string, parse: (text: string) => Field, fail: Fail): Field {
  try {
    return parse(text)
  } catch {
    throw fail('component_value')
  }
}

function typeOf(name: string, types: FieldTypes, fail: Fail): FieldType {
  const table = Object.hasOwn(types, name) ? types : knownTypes
  const type = Object.hasOwn(table, name) ? table[name] : undefined
  if (type === undefined) throw fail('component_type_unknown')
  return type
}
