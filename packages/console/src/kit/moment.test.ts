import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ageText, epochOf, relativeText } from './moment.ts'

const NOW = Date.UTC(2026, 2, 14, 12)
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

suite('how long ago', () => {
  const table: readonly (readonly [number, string])[] = [
    [0, 'just now'],
    [-4 * SECOND, 'just now'],
    [4 * SECOND, 'just now'],
    [-12 * SECOND, '12 seconds ago'],
    [-59.9 * SECOND, '59 seconds ago'],
    [-60 * SECOND, '1 minute ago'],
    [-59 * MINUTE, '59 minutes ago'],
    [5 * MINUTE, 'in 5 minutes'],
    [-3 * HOUR, '3 hours ago'],
    [-1 * DAY, 'yesterday'],
    [1.5 * DAY, 'tomorrow'],
    [-29 * DAY, '29 days ago'],
  ]
  for (const [away, text] of table) test(`${away / SECOND} s is "${text}"`, () => assert.equal(relativeText(NOW + away, NOW), text))

  test('what is far away is a date', () => {
    for (const away of [-30 * DAY, 400 * DAY]) {
      assert.match(relativeText(NOW + away, NOW), /20\d\d/)
      assert.doesNotMatch(relativeText(NOW + away, NOW), /ago|in /)
    }
  })

  test('a moment is a number or ISO 8601; anything else is none', () => {
    assert.equal(epochOf(NOW), NOW)
    assert.equal(epochOf('2026-03-14T12:00:00Z'), NOW)
    for (const none of [undefined, '', 'soon', Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(epochOf(none), undefined)
  })
})

suite('how old', () => {
  const table: readonly (readonly [number, string])[] = [
    [-500, '0.0 s ago'],
    [0, '0.0 s ago'],
    [449, '0.4 s ago'],
    [9_999, '9.9 s ago'],
    [10_000, '10 s ago'],
    [119_000, '119 s ago'],
    [120_000, '2 min ago'],
    [3 * HOUR, '3 hours ago'],
  ]
  for (const [age, text] of table) test(`${age} ms is "${text}"`, () => assert.equal(ageText(NOW - age, NOW), text))
})
