import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EventStreamParser, type ServerEvent } from './event-stream.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function parse(pieces: readonly Uint8Array[], maxEventLength?: number): readonly ServerEvent[] {
  const parser = new EventStreamParser(maxEventLength)
  return pieces.flatMap((piece) => parser.push(piece))
}

const cases: readonly [name: string, text: string, events: readonly ServerEvent[]][] = [
  ['an event', 'event: entries\nid: 4\ndata: a.b.c\n\n', [{ type: 'entries', data: 'a.b.c', id: '4' }]],
  ['no type', 'data: x\n\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['several lines of data', 'data: x\ndata:y\ndata\n\n', [{ type: 'message', data: 'x\ny\n', id: undefined }]],
  ['carriage returns', 'data: x\r\rdata: y\r\n\r\n', ['x', 'y'].map((data) => ({ type: 'message', data, id: undefined }))],
  ['lines that end with both', 'data: x\r\ndata: y\r\n\r\n', [{ type: 'message', data: 'x\ny', id: undefined }]],
  ['comments and unknown fields', ': ping\nretry: 1\nfoo: bar\ndata: x\n\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['an event without data', 'event: entries\n\ndata: x\n\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['an id that stays', 'id: 7\ndata: x\n\ndata: y\n\n', ['x', 'y'].map((data) => ({ type: 'message', data, id: '7' }))],
  ['an id with NUL', 'id: 7\0\ndata: x\n\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['a byte order mark', '\uFEFFdata: x\n\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['an unfinished end', 'data: x\n\ndata: y\n', [{ type: 'message', data: 'x', id: undefined }]],
  ['characters of several bytes', 'data: ä€😀\r\n\r\n', [{ type: 'message', data: 'ä€😀', id: undefined }]],
]
for (const [name, text, events] of cases) {
  test(`a stream with ${name} is read alike whole and cut at every byte`, () => {
    const bytes = bytesOf(text)
    assert.deepEqual(parse([bytes]), events)
    assert.deepEqual(parse(Array.from(bytes, (byte) => Uint8Array.of(byte))), events)
    for (let cut = 0; cut <= bytes.length; cut++) assert.deepEqual(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), events)
  })
}

test('where a stream is cut does not matter', () => {
  const line = fc.constantFrom('data: x', 'event: e', 'id: 1', ': c', 'data', '')
  const streams = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')))
  fc.assert(
    fc.property(streams, fc.array(fc.nat(200)), (lines, cuts) => {
      const bytes = bytesOf(lines.map((parts) => parts.join('')).join(''))
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
      assert.deepEqual(parse(pieces), parse([bytes]))
    }),
  )
})

test('[I13] an event that does not end is given up at the bound, in one line or in many', () => {
  assert.throws(() => parse([bytesOf('a'.repeat(101))], 100), RangeError)
  assert.throws(() => parse([bytesOf('data: 1\n'.repeat(15))], 100), RangeError)
  assert.equal(parse([bytesOf('data: 1\n\n'.repeat(100))], 100).length, 100)
})

test('bytes that are no UTF-8 are refused', () => {
  assert.throws(() => parse([Uint8Array.of(0x64, 0xff, 0x0a)]), TypeError)
})
