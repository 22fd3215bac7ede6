import assert from 'node:assert/strict'
import { hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { dayKeyId, deriveHawkKey, deriveMessageDayKey, deriveRequestJwtKey, parseDayKeyId } from './day-key.ts'

test('[A09] the key of a day is HKDF over the secret, as anyone can derive it, and no other day has it', () => {
  const expected = Buffer.from(hkdfSync('sha256', 'secret', '', 'countersign/http-message/1/20261122', 32))
  assert.deepEqual(Buffer.from(deriveMessageDayKey('secret', '20261122')), expected)
  assert.notDeepEqual(deriveMessageDayKey('secret', '20261123'), deriveMessageDayKey('secret', '20261122'))
})

test('each form has a key of its own', () => {
  assert.match(deriveHawkKey('secret'), /^[\w-]{43}$/)
  assert.notEqual(deriveHawkKey('secret'), Buffer.from(deriveRequestJwtKey('secret')).toString('base64url'))
})

test('a key id names its day, or none', () => {
  assert.deepEqual(parseDayKeyId(dayKeyId('CSK1', '20261122')), { id: 'CSK1', day: '20261122' })
  for (const other of ['CSK1', 'CSK1/2026', '/20261122', 'CSK1/20261122/']) assert.equal(parseDayKeyId(other), undefined)
})
