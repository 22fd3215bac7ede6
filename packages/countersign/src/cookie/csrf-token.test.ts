import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCsrfTokens } from './index.ts'

const first = Buffer.alloc(32, 1)
const second = Buffer.alloc(32, 2)

test('[C03] a token is good for what it was made for, and for nothing else', () => {
  const tokens = createCsrfTokens({ keys: [first] })
  const token = tokens.create('session:ses_1')
  assert.ok(tokens.accepts(token, 'session:ses_1'))
  for (const binding of ['session:ses_2', 'visit:ses_1', 'session:ses_', '']) assert.equal(tokens.accepts(token, binding), false)
  assert.notEqual(tokens.create('session:ses_1'), token)
})

test('[C03] a token that was changed anywhere, or is none, is not accepted', () => {
  const tokens = createCsrfTokens({ keys: [first] })
  const token = tokens.create('b')
  for (let index = 0; index < token.length; index++) {
    const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1)
    assert.equal(tokens.accepts(changed, 'b'), false)
  }
  for (const other of ['', '.', `${token}\n`, ` ${token}`, token.slice(0, -1), `${token}, ${token}`, 'x'.repeat(100_000)]) {
    assert.equal(tokens.accepts(other, 'b'), false)
  }
})

test('[C03] the first key makes, all check, and keys of no length are refused', () => {
  const token = createCsrfTokens({ keys: [first] }).create('b')
  assert.ok(createCsrfTokens({ keys: [second, first] }).accepts(token, 'b'))
  assert.equal(createCsrfTokens({ keys: [second] }).accepts(token, 'b'), false)
  assert.throws(() => createCsrfTokens({ keys: [] }), RangeError)
  assert.throws(() => createCsrfTokens({ keys: [Buffer.from('short')] }), RangeError)
})
