import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from './platform.ts'

test('no random bytes are given out twice, also across refills of the stock', () => {
  const seen = new Set(Array.from({ length: 2000 }, () => Buffer.from(systemRandom.bytes(16)).toString('hex')))
  assert.equal(seen.size, 2000)
})

test('random bytes are as many as were asked for, small or large, and changing them changes no others', () => {
  for (const length of [0, 1, 16, 32, 64, 65, 65_000]) assert.equal(systemRandom.bytes(length).length, length)
  const first = systemRandom.bytes(32)
  const second = systemRandom.bytes(32)
  const before = Buffer.from(second).toString('hex')
  first.fill(1)
  assert.equal(Buffer.from(second).toString('hex'), before)
})
