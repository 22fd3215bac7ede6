import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as z from 'zod'
import { type FieldError, InvalidRequest, parseWith } from './field-error.ts'

const schema = z.strictObject({
  email: z.string().max(5),
  kind: z.enum(['a', 'b']).optional(),
  tags: z.array(z.string().min(2)).max(2).optional(),
})

function errorsOf(value: unknown): readonly FieldError[] {
  try {
    parseWith(schema, value)
  } catch (error) {
    if (error instanceof InvalidRequest) return error.errors
    throw error
  }
  throw new Error('accepted')
}

suite('field errors', () => {
  test('point at the place and say what is wanted there', () => {
    assert.deepEqual(errorsOf({}), [{ pointer: '/email', detail: 'is required' }])
    assert.deepEqual(errorsOf({ email: 1 }), [{ pointer: '/email', detail: 'must be of type string' }])
    assert.deepEqual(errorsOf({ email: 'secret' }), [{ pointer: '/email', detail: 'must be at most 5 characters long' }])
    assert.deepEqual(errorsOf({ email: '', kind: 'c' }), [{ pointer: '/kind', detail: 'must be one of: a, b' }])
    assert.deepEqual(errorsOf({ email: '', tags: ['ok', 'x'] }), [{ pointer: '/tags/1', detail: 'must be at least 2 characters long' }])
    assert.deepEqual(errorsOf(null), [{ pointer: '', detail: 'must be of type object' }])
  })

  test('name unknown members, escaped as RFC 6901 wants, shortened, without control characters', () => {
    const [error] = errorsOf({ email: '', [`a/b~c\n${'x'.repeat(100)}`]: 1 })
    assert.equal(error?.pointer, `/a~1b~0c\ufffd${'x'.repeat(58)}`)
  })

  test('are at most twenty', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 1]))
    assert.equal(errorsOf({ email: '', ...many }).length, 20)
  })
})
