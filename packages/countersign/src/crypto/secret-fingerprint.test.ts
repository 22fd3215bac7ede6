import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64url, systemRandom } from '../core/index.ts'
import { keyedSecretFingerprint, type SecretFingerprint } from './secret-fingerprint.ts'

const of = (fingerprint: SecretFingerprint, text: string, start = 0): string => {
  const out = new Int32Array(4)
  fingerprint(text, start, out)
  return out.join(' ')
}

test('the fingerprint of a secret depends on the key and on every character from its start, and on nothing before it', () => {
  const [fingerprint, other] = [keyedSecretFingerprint(), keyedSecretFingerprint()]
  for (let length = 40; length < 60; length++) {
    const secret = encodeBase64url(systemRandom.bytes(64)).slice(0, length)
    const whole = of(fingerprint, secret)
    assert.equal(of(fingerprint, `${secret.slice(0, 10)}${secret.slice(10)}`), whole)
    assert.notEqual(of(other, secret), whole)
    const seen = new Set([whole])
    for (let at = 0; at < length; at++) seen.add(of(fingerprint, `${secret.slice(0, at)}~${secret.slice(at + 1)}`))
    seen.add(of(fingerprint, `${secret}A`)).add(of(fingerprint, secret.slice(0, -1)))
    assert.equal(seen.size, length + 3)
    assert.equal(of(fingerprint, `Bearer ${secret}`, 7), whole)
  }
})

test('each of the 128 bits is set in about half of the fingerprints', () => {
  const fingerprint = keyedSecretFingerprint()
  const out = new Int32Array(4)
  const counts = new Array<number>(128).fill(0)
  const rounds = 4000
  for (let round = 0; round < rounds; round++) {
    fingerprint(`cs_live_${encodeBase64url(systemRandom.bytes(32))}`, 8, out)
    for (let bit = 0; bit < 128; bit++) counts[bit] = (counts[bit] ?? 0) + (((out[bit >> 5] ?? 0) >>> (bit & 31)) & 1)
  }
  // Eight standard deviations, so that chance alone is never seen.
  for (const count of counts) assert.ok(Math.abs(count - rounds / 2) < 8 * Math.sqrt(rounds / 4), String(count))
})
