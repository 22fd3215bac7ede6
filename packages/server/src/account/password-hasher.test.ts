import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Argon2 } from './argon2.ts'
import { builtinArgon2, loadArgon2 } from './argon2.ts'
import { PasswordHasher } from './password-hasher.ts'
import { parsePhc } from './phc.ts'

const cheap = { memoryKib: 64, passes: 1, parallelism: 1 }

/** Counts the hashes, which are what takes the time. */
const counting = (): { readonly argon2: Argon2; readonly costs: unknown[] } => {
  const costs: unknown[] = []
  return { costs, argon2: async (password, salt, cost, length) => (costs.push(cost), await builtinArgon2(password, salt, cost, length)) }
}

test('[H01] a password is kept as an argon2id PHC string with the recommended cost and checks against it', async () => {
  const hasher = await PasswordHasher.open()
  const stored = await hasher.hash('correct horse')
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await hasher.verify('correct horse', stored), true)
  assert.equal(await hasher.verify('correct horsf', stored), false)
  assert.equal(hasher.needsRehash(stored), false)
})

test('the native argon2 and the one built into Node give the same bytes', async () => {
  const native = await loadArgon2()
  const password = Buffer.from('pässword')
  const salt = Buffer.alloc(16, 7)
  assert.deepEqual(Buffer.from(await native(password, salt, cheap, 32)), Buffer.from(await builtinArgon2(password, salt, cheap, 32)))
})

test('[I17] an unknown user costs as many hashes, at the same price, as a wrong password', async () => {
  const { argon2, costs } = counting()
  const hasher = await PasswordHasher.open({ cost: cheap, argon2 })
  const stored = await hasher.hash('correct horse')
  costs.length = 0
  assert.equal(await hasher.verify('wrong horse', stored), false)
  assert.equal(await hasher.verify('wrong horse', undefined), false)
  assert.equal(await hasher.verify('wrong horse', 'not a hash'), false)
  assert.deepEqual(costs, [cheap, cheap, cheap])
})

test('[H01] a hash with yesterday’s parameters still checks, and is known to need a new one', async () => {
  const old = await PasswordHasher.open({ cost: cheap })
  const today = await PasswordHasher.open({ cost: { ...cheap, passes: 2 } })
  const stored = await old.hash('correct horse')
  assert.equal(await today.verify('correct horse', stored), true)
  assert.equal(today.needsRehash(stored), true)
})

test('one password typed on two keyboards is one password (NFC)', async () => {
  const hasher = await PasswordHasher.open({ cost: cheap })
  assert.equal(await hasher.verify('cafe\u0301 bar', await hasher.hash('caf\u00e9 bar')), true)
})

test('[I13] a stored hash that would cost more than a gibibyte is not computed', () => {
  const rest = 'AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  assert.equal(parsePhc(`$argon2id$v=19$m=1048577,t=1,p=1$${rest}`), undefined)
  assert.equal(parsePhc(`$argon2id$v=19$m=1024,t=65,p=1$${rest}`), undefined)
  assert.equal(parsePhc(`$argon2i$v=19$m=1024,t=1,p=1$${rest}`), undefined)
  assert.notEqual(parsePhc(`$argon2id$v=19$m=1024,t=1,p=1$${rest}`), undefined)
})

test('[I17] after another system’s hash a wrong password costs a hash of ours too: nobody is answered quicker than an unknown user', async () => {
  const { argon2, costs } = counting()
  const hasher = await PasswordHasher.open({ cost: cheap, argon2 })
  const foreign = 'pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I='
  assert.equal(await hasher.verify('letmein', foreign), false)
  assert.equal(await hasher.verify('lètmein', foreign), true)
  assert.deepEqual(costs, [cheap, cheap])
  assert.equal(hasher.needsRehash(foreign), true)
})
