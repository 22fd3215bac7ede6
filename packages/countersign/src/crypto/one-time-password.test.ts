import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneTimePassword, totpStep } from './one-time-password.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const secret = ascii('12345678901234567890')

test('RFC 4226 appendix D: the one-time passwords of the counters 0 to 9', () => {
  const published = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  assert.deepEqual(
    published.map((_, counter) => oneTimePassword(secret, counter)),
    published,
  )
})

test('RFC 6238 appendix B: the time-based ones, of each algorithm, in eight digits', () => {
  const secrets = { sha1: secret, sha256: ascii('12345678901234567890123456789012'), sha512: ascii(`${'1234567890'.repeat(6)}1234`) }
  const published = [
    [59, 'sha1', '94287082'],
    [59, 'sha256', '46119246'],
    [59, 'sha512', '90693936'],
    [1111111109, 'sha1', '07081804'],
    [1111111111, 'sha1', '14050471'],
    [1234567890, 'sha1', '89005924'],
    [2000000000, 'sha1', '69279037'],
    [20000000000, 'sha1', '65353130'],
    [20000000000, 'sha256', '77737706'],
    [20000000000, 'sha512', '47863826'],
  ] as const
  for (const [seconds, algorithm, code] of published) {
    assert.equal(oneTimePassword(secrets[algorithm], totpStep(seconds * 1000), { digits: 8, algorithm }), code)
  }
})

test('a time step begins with its first millisecond and ends with its last', () => {
  assert.deepEqual([0, 29_999, 30_000, 59_999, 60_000].map(totpStep), [0, 0, 1, 1, 2])
})

test('a counter that is none is refused', () => {
  for (const counter of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])
    assert.throws(() => oneTimePassword(secret, counter), RangeError)
  assert.match(oneTimePassword(secret, Number.MAX_SAFE_INTEGER), /^\d{6}$/)
})
