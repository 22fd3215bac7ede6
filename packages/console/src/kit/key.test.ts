import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { menuMove } from './menu-key.ts'
import { rowMove } from './row-key.ts'

suite('keys of a menu', () => {
  const titles = ['Rename', 'Rotate', 'Delete']
  const table: readonly (readonly [string, number, number | undefined])[] = [
    ['ArrowDown', 0, 1],
    ['ArrowDown', 2, 0],
    ['ArrowUp', 0, 2],
    ['ArrowUp', 2, 1],
    ['Home', 2, 0],
    ['End', 0, 2],
    ['r', 0, 1],
    ['R', 1, 0],
    ['d', 0, 2],
    ['x', 0, undefined],
    [' ', 0, undefined],
    ['Enter', 0, undefined],
  ]
  for (const [key, at, to] of table) test(`"${key}" at ${at} leads to ${to}`, () => assert.equal(menuMove(key, at, titles), to))
})

suite('keys of a table', () => {
  const table: readonly (readonly [string, number, number, number | undefined])[] = [
    ['j', -1, 3, 0],
    ['ArrowDown', 0, 3, 1],
    ['j', 2, 3, 2],
    ['k', 2, 3, 1],
    ['ArrowUp', 0, 3, 0],
    ['k', -1, 3, 0],
    ['Home', 2, 3, 0],
    ['End', 0, 3, 2],
    ['End', -1, 3, undefined],
    ['x', 1, 3, undefined],
    ['j', -1, 0, undefined],
  ]
  for (const [key, at, count, to] of table)
    test(`"${key}" at ${at} of ${count} leads to ${to}`, () => assert.equal(rowMove(key, at, count), to))
})
