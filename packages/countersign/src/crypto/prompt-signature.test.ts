import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { generateSigningKey, verificationKey } from '../key/index.ts'
import { hmacKey } from './hmac.ts'
import { jwsAlgorithms } from './jws-algorithm.ts'
import { signPromptly } from './prompt-signature.ts'

const INPUT = 'a.b'

/** How many are there without the event loop having come round. */
async function thereAtOnce(signatures: readonly Promise<string>[]): Promise<number> {
  let there = 0
  for (const signature of signatures) void signature.then(() => there++)
  for (let step = 0; step < 20; step++) await undefined
  return there
}

for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
  const { privateKey, publicJwk } = generateSigningKey(algorithm)
  const { publicKey } = verificationKey(publicJwk)
  const { isCostly, verify } = jwsAlgorithms[algorithm]
  const begin = (count: number): readonly Promise<string>[] =>
    Array.from({ length: count }, () => signPromptly(algorithm, privateKey, INPUT))

  test(`${algorithm}: ${isCostly ? 'none is' : 'one alone, and the first of many, are'} signed here, the others on another thread`, async () => {
    for (const count of [1, 5, 1, 3]) {
      const signatures = begin(count)
      assert.equal(await thereAtOnce(signatures), isCostly ? 0 : 1)
      for (const signature of await Promise.all(signatures)) assert.ok(verify(publicKey, `${INPUT}.${signature}`, INPUT.length))
      await turn()
    }
  })
}

test('while another thread is at it, nobody signs here, also once the event loop has come round', async () => {
  const [costly, cheap] = [generateSigningKey('RS256'), generateSigningKey('ES256')]
  for (let attempt = 0; attempt < 100; attempt++) {
    const others = Array.from({ length: 16 }, () => signPromptly('RS256', costly.privateKey, INPUT))
    let over = 0
    for (const other of others) void other.then(() => over++)
    await turn()
    const isUnderWay = over < others.length
    const next = signPromptly('ES256', cheap.privateKey, INPUT)
    const there = await thereAtOnce([next])
    await Promise.all([...others, next])
    await turn()
    if (isUnderWay) return assert.equal(there, 0)
  }
  assert.fail('the other threads were never at it')
})

test('a MAC is made at once, however many are', async () => {
  const { HS256 } = jwsAlgorithms
  const key = hmacKey(Buffer.alloc(32, 7))
  const macs = Array.from({ length: 3 }, () => signPromptly('HS256', key, INPUT))
  assert.equal(await thereAtOnce(macs), 3)
  assert.equal(await macs[0], HS256.sign(key, INPUT))
})

test('what cannot be signed is refused wherever it is, and in nobody’s way afterwards', async () => {
  const { privateKey } = generateSigningKey('ES256')
  const { publicKey } = verificationKey(generateSigningKey('ES256').publicJwk)
  const broken = Array.from({ length: 3 }, () => signPromptly('ES256', publicKey, INPUT))
  for (const { status } of await Promise.allSettled(broken)) assert.equal(status, 'rejected')
  await turn()
  assert.equal(await thereAtOnce([signPromptly('ES256', privateKey, INPUT)]), 1)
})
