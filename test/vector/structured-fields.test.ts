import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BareItem,
  type FieldType,
  isInnerList,
  type Member,
  type Parameters,
  parseDictionary,
  parseItem,
  parseList,
  serializeDictionary,
  serializeItem,
  serializeList,
} from 'countersign/signature'
import { hasVectors, vectors } from './published-vectors.ts'

interface Row {
  readonly name: string
  readonly raw: readonly string[]
  readonly header_type: FieldType
  readonly expected?: unknown
  readonly must_fail?: boolean
  readonly can_fail?: boolean
  readonly canonical?: readonly string[]
}

const files = [
  ...['binary', 'boolean', 'date', 'dictionary', 'display-string', 'examples', 'item', 'key-generated', 'large-generated', 'list'],
  ...['listlist', 'number', 'number-generated', 'param-dict', 'param-list', 'param-listlist', 'string', 'string-generated'],
  ...['token', 'token-generated'],
]

/**
 * What a recipient may refuse and we do: base64 that is not the canonical one, and so a second spelling of one value; text that goes on
 * over two lines, which joining them breaks.
 */
const refusedByChoice: readonly string[] = ['bad padding', 'non-zero pad bits']

const read: Readonly<Record<FieldType, (text: string) => { readonly value: unknown; readonly written: string }>> = {
  item: (text) => {
    const item = parseItem(text)
    return { value: memberForm(item), written: serializeItem(item) }
  },
  list: (text) => {
    const list = parseList(text)
    return { value: list.map(memberForm), written: serializeList(list) }
  },
  dictionary: (text) => {
    const dictionary = parseDictionary(text)
    return { value: [...dictionary].map(([key, member]) => [key, memberForm(member)]), written: serializeDictionary(dictionary) }
  },
}

let rows = 0
for (const file of files) {
  test(`every row of ${file} parses to what it should, is written in its canonical form, or is refused`, (context) => {
    if (!hasVectors(context)) return
    const table = vectors<readonly Row[]>(`structured-fields/${file}.json`)
    rows += table.length
    for (const row of table) check(row)
  })
}

test('no row was left out', (context) => {
  if (!hasVectors(context)) return
  assert.equal(rows, 1591)
})

function check({ name, raw, header_type, expected, must_fail, can_fail, canonical }: Row): void {
  const text = raw.join(', ')
  if (must_fail === true || refusedByChoice.includes(name)) {
    assert.ok(must_fail === true || can_fail === true, name)
    assert.throws(() => read[header_type](text), SyntaxError, name)
    return
  }
  const { value, written } = read[header_type](text)
  assert.deepEqual(value, expected, name)
  assert.equal(written, canonical === undefined ? text : canonical.join(', '), name)
}

/** As the vectors write values. */
function memberForm(member: Member): unknown {
  if (isInnerList(member)) return [member.items.map(memberForm), parametersForm(member.parameters)]
  return [bareForm(member.bare), parametersForm(member.parameters)]
}

const parametersForm = (parameters: Parameters): unknown => [...parameters].map(([key, value]) => [key, bareForm(value)])

function bareForm({ type, value }: BareItem): unknown {
  if (type === 'bytes') return { __type: 'binary', value: base32(value) }
  if (type === 'token' || type === 'date') return { __type: type, value }
  return type === 'display-string' ? { __type: 'displaystring', value } : value
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let text = ''
  for (let from = 0; from < bits.length; from += 5)
    text += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(bits.slice(from, from + 5).padEnd(5, '0'), 2)]
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}
