import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from 'countersign/core'
import { MasterSecret, newMasterSecret } from './master-secret.ts'

const first = newMasterSecret(systemRandom)
const second = newMasterSecret(systemRandom)
const text = new TextEncoder().encode('a private key')

const strong: ReadonlyArray<readonly [name: string, secret: string]> = [
  ['a generated one', first],
  ['32 random bytes in hex', randomBytes(32).toString('hex')],
  ['32 random bytes in base64', randomBytes(32).toString('base64')],
  ['48 random bytes in base64url', randomBytes(48).toString('base64url')],
]
for (const [name, secret] of strong) {
  test(`[G05] ${name} is accepted as a master secret`, () => {
    assert.equal(MasterSecret.parse(secret).purposeKeys('x/1').length, 1)
  })
}

const weak: ReadonlyArray<readonly [name: string, secret: string, complaint: RegExp]> = [
  ['nothing', ' , ', /missing/],
  ['a short text', 'correct horse'.replace(' ', '-'), /less than 32 bytes/],
  ['16 bytes in hex', 'd3b07384d113edec49eaa6238ad5ff00', /less than 32 bytes/],
  ['one character many times', 'a'.repeat(64), /repetitive/],
  ['a word many times', 'kY3-vQ9zLm_7Rt'.repeat(4), /repetitive/],
  ['a sample', 'please-change-this-Secret-before-production-9', /sample/],
  ['keyboard order', '0123456789abcdef0123456789abcdee0123456789abcdef0123456789abcdef', /sample/],
  ['a mistyped one', `${first.slice(0, 20)}${first[20] === 'A' ? 'B' : 'A'}${first.slice(21)}`, /mistyped/],
  ['the same one twice', `${first},${second} ${first}`, /number 3 is there twice/],
]
for (const [name, secret, complaint] of weak) {
  test(`[G05] ${name} is refused as a master secret, without repeating it`, () => {
    assert.throws(
      () => MasterSecret.parse(secret),
      (error: Error) => error instanceof RangeError && complaint.test(error.message) && !error.message.includes(secret.slice(0, 12)),
    )
  })
}

test('[G05] the first secret seals and all open, so that a new one can be put in front', () => {
  const old = MasterSecret.parse(first)
  const both = MasterSecret.parse(`${second}, ${first}`)
  const fresh = MasterSecret.parse(second)
  assert.deepEqual(both.unseal('p/1', old.seal('p/1', text, 'here', systemRandom), 'here'), Buffer.from(text))
  assert.deepEqual(fresh.unseal('p/1', both.seal('p/1', text, 'here', systemRandom), 'here'), Buffer.from(text))
  assert.throws(() => fresh.unseal('p/1', old.seal('p/1', text, 'here', systemRandom), 'here'), /unseal failed/)
})

test('[I22] what is sealed for one purpose or place opens for no other', () => {
  const secret = MasterSecret.parse(first)
  const sealed = secret.seal('p/1', text, 'here', systemRandom)
  assert.throws(() => secret.unseal('p/2', sealed, 'here'), /unseal failed/)
  assert.throws(() => secret.unseal('p/1', sealed, 'there'), /unseal failed/)
})

test('a purpose key keeps its id over restarts, and two purposes share neither id nor key', () => {
  const [a] = MasterSecret.parse(first).purposeKeys('p/1')
  const [again] = MasterSecret.parse(`${first}\n${second}`).purposeKeys('p/1')
  const [other] = MasterSecret.parse(first).purposeKeys('p/2')
  assert.ok(a && again && other)
  assert.equal(a.id, again.id)
  assert.notEqual(a.id, other.id)
  assert.notDeepEqual(a.key, other.key)
})
