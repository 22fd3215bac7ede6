import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { parseDictionary, readDigest, verifyContentDigest } from 'countersign/signature'
import { hasVectors, vectors } from './published-vectors.ts'

interface Vectors {
  readonly cases: readonly {
    readonly id: string
    readonly value: string
    readonly bodyHex: string
    /** Of two rows the document prints a digest that is not the digest of the bytes it prints: only the form can be checked. */
    readonly expect: 'valid' | 'invalid' | 'syntax-only'
  }[]
  readonly otherAlgorithmsPrinted: Readonly<Record<string, string>>
}

test('every digest that is right is taken, whole and piece by piece, and every other one refused', (context) => {
  if (!hasVectors(context)) return
  const { cases } = vectors<Vectors>('rfc9530/vectors.json')
  assert.equal(cases.length, 22)
  for (const { id, value, bodyHex, expect } of cases) {
    const body = Buffer.from(bodyHex, 'hex')
    const verify = (): void => verifyContentDigest(value, body)
    if (expect === 'syntax-only') assert.doesNotThrow(() => readDigest(value), id)
    else if (expect === 'invalid') assert.throws(verify, AuthError, id)
    else {
      assert.doesNotThrow(verify, id)
      const meter = readDigest(value).meter()
      for (const byte of body) meter.update(Uint8Array.of(byte))
      assert.equal(meter.matches(), true, id)
    }
  }
})

test('an algorithm that does not resist an attacker is no digest', (context) => {
  if (!hasVectors(context)) return
  const printed = Object.entries(vectors<Vectors>('rfc9530/vectors.json').otherAlgorithmsPrinted)
  for (const [name, value] of printed) {
    assert.equal(parseDictionary(`${name}=${value}`).size, 1)
    assert.throws(
      () => readDigest(`${name}=${value}`),
      (error) => error instanceof AuthError && error.detail['reason'] === 'digest_algorithm',
      name,
    )
  }
})
