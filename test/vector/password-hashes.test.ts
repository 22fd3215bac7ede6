import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { PasswordHasher } from '../../packages/server/src/account/password-hasher.ts'
import { hasVectors, vectors } from './published-vectors.ts'

interface HashCase {
  readonly kind: string
  readonly password: string
  readonly hash: string
  readonly expect: string
  readonly alsoAccepts?: string
}

const cases = (): readonly HashCase[] => vectors<{ readonly cases: readonly HashCase[] }>('password-hashes/foreign.json').cases
const isValid = ({ expect }: HashCase): boolean => expect === 'valid'
const open = (): Promise<PasswordHasher> => PasswordHasher.open({ cost: { memoryKib: 64, passes: 1, parallelism: 1 } })
/** Of this process's own work, whatever else the machine does. The vectors ask for it. */
const QUICKLY_US = 50_000
const MEASUREMENTS = 5

test('[H01] every foreign hash of the vectors is taken, and its password alone signs in', async (context) => {
  if (!hasVectors(context)) return
  const hasher = await open()
  const valid = cases().filter(isValid)
  for (const { kind, password, hash, alsoAccepts } of valid) {
    const stored = await hasher.adopt(hash)
    assert.equal(await hasher.verify(password, stored), true, kind)
    assert.equal(await hasher.verify(`y${password}`, stored), false, kind)
    assert.equal(hasher.needsRehash(stored), true, kind)
    if (alsoAccepts === undefined) continue
    // bcrypt reads 72 bytes. Hashed anew, the password counts whole.
    assert.equal(await hasher.verify(alsoAccepts, stored), true, kind)
    assert.equal(await hasher.verify(alsoAccepts, await hasher.hash(password)), false, kind)
  }
  assert.equal(valid.length, 12)
})

test('[H01] [I13] every hostile hash of the vectors is refused at once, and nobody signs in by it', async (context) => {
  if (!hasVectors(context)) return
  const hasher = await open()
  const hostile = cases().filter((each) => !isValid(each))
  for (const { password, hash } of hostile) {
    const tookUs: number[] = []
    for (let measurement = 0; measurement < MEASUREMENTS; measurement++) {
      const before = process.cpuUsage()
      await assert.rejects(hasher.adopt(hash), (error) => error instanceof AuthError && error.code === 'request_invalid', hash)
      assert.equal(await hasher.verify(password, hash), false, hash)
      const { user, system } = process.cpuUsage(before)
      tookUs.push(user + system)
    }
    assert.ok(Math.min(...tookUs) < QUICKLY_US, `${hash}: ${tookUs.join(', ')} µs`)
  }
  assert.equal(hostile.length, 8)
})
