import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTraceParent, traceParentOf } from './trace-parent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const read = (traceparent: string, tracestate?: string) =>
  readTraceParent(new Headers({ traceparent, ...(tracestate === undefined ? {} : { tracestate }) }))

/** The examples of W3C Trace Context, section 3.2, and what section 3.2.2 forbids. */
const refused: ReadonlyArray<readonly [name: string, traceparent: string]> = [
  ['nothing', ''],
  ['too few parts', `00-${TRACE}-${SPAN}`],
  ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['version ff', `ff-${TRACE}-${SPAN}-01`],
  ['more behind version 00', `00-${TRACE}-${SPAN}-01-more`],
  ['an empty trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['an empty span', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['two values', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ['a later version that does not end', `01-${TRACE}-${SPAN}-01-${'x'.repeat(200)}`],
]

for (const [name, traceparent] of refused) {
  test(`a traceparent with ${name} is none`, () => assert.equal(read(traceparent), undefined))
}

test('a traceparent is read with its flag; of later versions and flags only what is known', () => {
  assert.deepEqual(read(`00-${TRACE}-${SPAN}-01`), { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true })
  assert.equal(read(`00-${TRACE}-${SPAN}-00`)?.traceFlags, 0)
  assert.equal(read(`01-${TRACE}-${SPAN}-ff-what`)?.traceFlags, 1)
})

test('tracestate comes along within its bound', () => {
  assert.equal(read(`00-${TRACE}-${SPAN}-01`, 'vendor=1')?.traceState?.get('vendor'), '1')
  assert.equal(read(`00-${TRACE}-${SPAN}-01`, `vendor=${'x'.repeat(600)}`)?.traceState, undefined)
})

test('what goes out is what came in, with our own span', () => {
  for (const flags of ['00', '01']) {
    const read01 = read(`00-${TRACE}-${SPAN}-${flags}`)
    assert.equal(read01 && traceParentOf(read01), `00-${TRACE}-${SPAN}-${flags}`)
  }
})
