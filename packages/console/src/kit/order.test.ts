import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nextSort, ordered, orderOf } from './order.ts'

suite('the order of a table', () => {
  test('is read from the address', () => {
    assert.deepEqual(orderOf('email'), { column: 'email', isDescending: false })
    assert.deepEqual(orderOf('-email'), { column: 'email', isDescending: true })
    for (const none of [undefined, '', '-']) assert.equal(orderOf(none), undefined)
  })

  test('goes up, down, and back to that of the server', () => {
    assert.equal(nextSort(undefined, 'email'), 'email')
    assert.equal(nextSort('email', 'email'), '-email')
    assert.equal(nextSort('-email', 'email'), undefined)
    assert.equal(nextSort('-email', 'created'), 'created')
  })

  test('compares numbers as numbers, and words as people read them', () => {
    const by = (values: readonly (string | number)[], isDescending = false): readonly (string | number)[] =>
      ordered(values, (value) => value, isDescending)
    assert.deepEqual(by([10, 9, -1, 100]), [-1, 9, 10, 100])
    assert.deepEqual(by([10, 9, 100], true), [100, 10, 9])
    assert.deepEqual(by(['node-10', 'node-9', 'Émile', 'emma', 'Zoe']), ['Émile', 'emma', 'node-9', 'node-10', 'Zoe'])
    assert.deepEqual(by(['b', 2, 'a', 1]), [1, 2, 'a', 'b'])
  })

  test('leaves equal rows as they were, in both directions, and the rows that it was given', () => {
    const rows = [
      { id: 1, kind: 'b' },
      { id: 2, kind: 'a' },
      { id: 3, kind: 'b' },
      { id: 4, kind: 'a' },
    ]
    const ids = (isDescending: boolean): readonly number[] => ordered(rows, ({ kind }) => kind, isDescending).map(({ id }) => id)
    assert.deepEqual(ids(false), [2, 4, 1, 3])
    assert.deepEqual(ids(true), [1, 3, 2, 4])
    assert.equal(rows[0]?.id, 1)
  })
})
