import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../api/request.ts'
import { faultOf, fieldName } from './field-fault.ts'

const problem = new Problem({
  status: 400,
  code: 'request_invalid',
  title: 'The request is not valid.',
  errors: [
    { pointer: '/email', detail: 'Is no address.' },
    { pointer: '/scopes/2', detail: 'Is no scope.' },
    { pointer: '/a~1b', detail: 'Is wrong.' },
  ],
})

test('a field has the sentence about itself, or about what lies within it', () => {
  assert.equal(faultOf(problem, 'email'), 'Is no address.')
  assert.equal(faultOf(problem, 'scopes'), 'Is no scope.')
  assert.equal(faultOf(problem, 'a/b'), 'Is wrong.')
  assert.equal(faultOf(problem, 'ema'), undefined)
  assert.equal(faultOf(new Error('else'), 'email'), undefined)
  assert.equal(faultOf(undefined, 'email'), undefined)
})

test('a pointer leads back to its field', () => {
  assert.equal(fieldName('/scopes/2'), 'scopes')
  assert.equal(fieldName('/a~1b'), 'a/b')
  assert.equal(fieldName(''), '')
})
