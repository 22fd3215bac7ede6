import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locale } from '../message/message.ts'
import { moment, sayWhen } from './moment.ts'

const now = Date.UTC(2026, 2, 12, 9, 30)
const MINUTE = 60_000

const told: ReadonlyArray<readonly [agoMinutes: number, locale: Locale, said: string]> = [
  [0, 'en', 'just now'],
  [4, 'en', '4 minutes ago'],
  [4, 'de', 'vor 4 Minuten'],
  [61, 'en', '1 hour ago'],
  [24 * 60, 'en', 'yesterday'],
  [24 * 60, 'de', 'gestern'],
  [3 * 24 * 60, 'de', 'vor 3 Tagen'],
  [9 * 24 * 60, 'en', '3 March 2026'],
  [9 * 24 * 60, 'de', '3. März 2026'],
  // Another server's clock is ahead.
  [-5, 'en', 'just now'],
]
for (const [ago, locale, said] of told) {
  test(`${ago} minutes ago is "${said}" in ${locale}`, () => assert.equal(sayWhen(now - ago * MINUTE, now, locale), said))
}

test('the exact moment stands beside it, in UTC', async () => {
  const shown = String(await moment(now - 4 * MINUTE, '4 minutes ago'))
  assert.equal(shown, '<time datetime="2026-03-12T09:26:00.000Z" title="2026-03-12 09:26 UTC">4 minutes ago</time>')
})
