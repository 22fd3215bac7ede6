import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/index.ts'
import { contentDigest, readDigest, verifyContentDigest } from './content-digest.ts'
import { wantDigest, wantedDigest } from './want-digest.ts'

/** RFC 9530 Appendix D. */
const body = '{"hello": "world"}'
const SHA_256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'
const SHA_512 = 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:'

const refused = (code: string, reason: string | undefined, act: () => unknown): void =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof AuthError)
    assert.deepEqual([error.code, error.detail['reason']], [code, reason])
    return true
  })

test('the digests of RFC 9530 Appendix D are made and taken', () => {
  assert.equal(contentDigest(body), SHA_256)
  assert.equal(contentDigest(Buffer.from(body), 'sha-512'), SHA_512)
  for (const field of [SHA_256, SHA_512, `${SHA_256}, ${SHA_512}`, `md5=:AAAA:, ${SHA_256};a=1, x=:AA==:`]) {
    assert.doesNotThrow(() => verifyContentDigest(field, Buffer.from(body)))
  }
})

test('[A04] a body that is another one by a bit is refused, whole and piece by piece, whichever digest finds it', () => {
  for (const field of [SHA_256, SHA_512, `${SHA_256}, ${SHA_512}`]) {
    for (let bit = 0; bit < body.length * 8; bit++) {
      const other = Buffer.from(body)
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7))
      refused('digest_mismatch', undefined, () => verifyContentDigest(field, other))
      const meter = readDigest(field).meter()
      meter.update(other.subarray(0, 5))
      meter.update(other.subarray(5))
      assert.equal(meter.matches(), false)
    }
  }
})

test('one right digest does not make up for a wrong one', () => {
  const wrong = SHA_512.replace('WZDP', 'WZDQ')
  refused('digest_mismatch', undefined, () => verifyContentDigest(`${SHA_256}, ${wrong}`, Buffer.from(body)))
})

for (const [name, field, reason] of [
  ['an algorithm that does not resist an attacker', 'md5=:Sd/dVLAcvNLSq16eXua5uQ==:', 'digest_algorithm'],
  ['nothing in it', '', 'digest_algorithm'],
  ['the syntax of RFC 3230', 'SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=', 'digest_malformed'],
  ['a text in place of bytes', 'sha-256="X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="', 'digest_malformed'],
  ['a list', 'sha-256=(:AAAA:)', 'digest_malformed'],
  ['base64 of another spelling', SHA_256.replace('PE=:', 'PF=:').replace('sha-256', 'a=1, sha-256'), 'digest_malformed'],
  ['more than all algorithms take', `${SHA_256}, x="${'x'.repeat(1024)}"`, 'digest_malformed'],
] as const) {
  test(`a digest with ${name} is refused as malformed`, () => refused('credential_malformed', reason, () => readDigest(field)))
}

test('a digest of another spelling, of another length, or of something else in the usual length matches nothing', () => {
  for (const field of [SHA_256.replace('PE=:', 'PF=:'), 'sha-256=:AAAA:', `sha-256=:AAAA:, md5=:${'A'.repeat(31)}=:`]) {
    refused('digest_mismatch', undefined, () => verifyContentDigest(field, Buffer.from(body)))
  }
})

test('what is wanted most of what resists an attacker is what is wanted', () => {
  assert.equal(wantDigest(['sha-512', 'sha-256']), 'sha-512=10, sha-256=9')
  // RFC 9530 Appendix C.2, and variations.
  assert.equal(wantedDigest('sha-256=10, sha-512=3'), 'sha-256')
  assert.equal(wantedDigest('md5=10, sha-512=1, sha-256=1'), 'sha-512')
  for (const none of ['', 'md5=10', 'sha-256=0', 'sha-256=11', 'sha-256="1"', 'sha-256', 'sha-256=(1)', '???']) {
    assert.equal(wantedDigest(none), undefined, none)
  }
})
