import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HssPublicKey, readTreeKey, verifyTreeSignature } from 'countersign/crypto'
import { hasVectors, vectors } from './published-vectors.ts'

interface HashBasedCase {
  readonly id: string
  readonly kind: 'lms' | 'hss'
  readonly publicKeyHex: string
  readonly messageHex: string
  readonly signatureHex: string
  readonly expect: 'valid'
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

function flip(part: Uint8Array, at: number): void {
  part.set([(part[at] ?? 0) ^ 1], at)
}

function verifies({ kind, publicKeyHex }: HashBasedCase, message: Uint8Array, signature: Uint8Array): boolean {
  if (kind === 'hss') return new HssPublicKey(bytes(publicKeyHex)).verify(message, signature)
  const key = readTreeKey(bytes(publicKeyHex))
  assert.ok(key)
  return verifyTreeSignature(key, message, signature)
}

test('[A16] every signature of RFC 8554 appendix F verifies, and no longer with one bit changed in it or in the message', (context) => {
  if (!hasVectors(context)) return
  const { cases } = vectors<{ readonly cases: readonly HashBasedCase[] }>('hash-based/rfc8554.json')
  for (const each of cases) {
    const [message, signature] = [bytes(each.messageHex), bytes(each.signatureHex)]
    assert.equal(verifies(each, message, signature), true, each.id)
    for (const part of [message, signature]) {
      for (const at of [0, part.byteLength >> 1, part.byteLength - 1]) {
        flip(part, at)
        assert.equal(verifies(each, message, signature), false, `${each.id} ${at}`)
        flip(part, at)
      }
    }
  }
  assert.equal(cases.length, 6)
})
