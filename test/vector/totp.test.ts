import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneTimePassword } from 'countersign/crypto'
import { hasVectors, vectors } from './published-vectors.ts'

interface CodeVector {
  readonly secretAscii: string
  readonly code: string
  readonly digits: 6 | 7 | 8
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512'
}

interface TotpVectors {
  readonly hotp: readonly (CodeVector & { readonly counter: number })[]
  readonly totp: readonly (CodeVector & { readonly time: number; readonly period: number })[]
}

const FILE = 'totp-hotp/vectors.json'
const algorithmOf = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const

const codeOf = ({ secretAscii, digits, algorithm }: CodeVector, counter: number): string =>
  oneTimePassword(new TextEncoder().encode(secretAscii), counter, { digits, algorithm: algorithmOf[algorithm] })

test('[H03] RFC 4226: each published counter gives its code, and its neighbours do not', (context) => {
  if (!hasVectors(context)) return
  const { hotp } = vectors<TotpVectors>(FILE)
  assert.equal(hotp.length, 10)
  for (const vector of hotp) {
    assert.equal(codeOf(vector, vector.counter), vector.code)
    assert.notEqual(codeOf(vector, vector.counter + 1), vector.code)
    assert.notEqual(codeOf({ ...vector, secretAscii: `${vector.secretAscii}!` }, vector.counter), vector.code)
  }
})

test('[H03] RFC 6238: each published moment gives its code under its algorithm, and under no other', (context) => {
  if (!hasVectors(context)) return
  const { totp } = vectors<TotpVectors>(FILE)
  assert.equal(totp.length, 18)
  for (const vector of totp) {
    const step = Math.floor(vector.time / vector.period)
    assert.equal(codeOf(vector, step), vector.code)
    for (const other of [step - 1, step + 1]) assert.notEqual(codeOf(vector, other), vector.code)
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      if (algorithm !== vector.algorithm) assert.notEqual(codeOf({ ...vector, algorithm }, step), vector.code)
    }
  }
})
