import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSecret, newId, newSecret, parseSecret } from './id.ts'
import { type Random, systemRandom } from './platform.ts'
import { AuthError } from './refusal.ts'

const counting: Random = { bytes: (length) => Uint8Array.from({ length }, (_, index) => index) }

test('an id is its prefix and 128 random bits', () => {
  assert.equal(newId('usr', counting), 'usr_AAECAwQFBgcICQoLDA0ODw')
  assert.notEqual(newId('usr', systemRandom), newId('usr', systemRandom))
})

test('a secret carries 256 random bits and a checksum, and is read back', () => {
  const secret = newSecret('cs_live', systemRandom)
  assert.match(secret, /^cs_live_[\w-]{49}$/)
  assert.equal(parseSecret('cs_live', secret).byteLength, 32)
  assert.equal(newSecret('cs_live', counting), formatSecret('cs_live', counting.bytes(32)))
  assert.deepEqual([...parseSecret('cs_live', newSecret('cs_live', counting))], [...counting.bytes(32)])
})

test('the form of a secret stays what it was: stored ones must be read for ever', () => {
  assert.equal(newSecret('cs_live', counting), 'cs_live_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8BFRgSw')
})

test('every change of one character in a secret is found', () => {
  const secret = newSecret('cs_live', systemRandom)
  for (let index = 0; index < secret.length; index++) {
    const changed = secret.slice(0, index) + (secret[index] === 'A' ? 'B' : 'A') + secret.slice(index + 1)
    assert.throws(
      () => parseSecret('cs_live', changed),
      (error) => error instanceof AuthError && error.code === 'credential_malformed',
    )
  }
})

for (const [name, text] of [
  ['nothing', ''],
  ['the secret of another prefix', newSecret('cs_test', counting)],
  ['a secret with white space after it', `${newSecret('cs_live', counting)} `],
  ['a cut secret', newSecret('cs_live', counting).slice(0, -1)],
  ['a megabyte', 'x'.repeat(1_000_000)],
] as const) {
  test(`${name} is refused as a secret, and the error does not hold it`, () => {
    assert.throws(
      () => parseSecret('cs_live', text),
      (error) =>
        error instanceof AuthError &&
        error.code === 'credential_malformed' &&
        (text === '' || !JSON.stringify(error.detail).includes(text)),
    )
  })
}
