import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameList, mergedList } from './list-change.ts'

test('a change of a list is laid on what is there by then: what somebody else has added stays, what they took stays away', () => {
  assert.deepEqual(mergedList(['a', 'b'], ['a', 'c'], ['a', 'b']), ['a', 'c'])
  assert.deepEqual(mergedList(['a', 'b'], ['a', 'c'], ['b', 'd']), ['d', 'c'])
  assert.deepEqual(mergedList(['a'], ['a', 'b'], ['a', 'b']), ['a', 'b'], 'somebody else was quicker')
  assert.deepEqual(mergedList(['a'], [], []), [])
})

test('the order of a list is no change', () => {
  assert.equal(isSameList(['a', 'b'], ['b', 'a']), true)
  assert.equal(isSameList(['a'], ['a', 'b']), false)
  assert.equal(isSameList(['a', 'b'], ['a', 'c']), false)
})
