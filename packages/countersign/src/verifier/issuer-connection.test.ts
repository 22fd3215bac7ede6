import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from '../core/index.ts'
import { keySet } from '../key/index.ts'
import { Replica } from '../revocation/index.ts'
import { ISSUER, SignedLog } from '../revocation/contract/signed-log.ts'
import { IssuerConnection } from './issuer-connection.ts'
import type { KeySource } from './verify.ts'

/** Each load ends when the test says how. */
class Keys implements KeySource {
  readonly loads: { readonly succeed: () => void; readonly fail: () => void }[] = []
  readonly #log: SignedLog

  constructor(log: SignedLog) {
    this.#log = log
  }

  accessTokenKeys = () => keySet([])
  feedKeys = () => this.#log.keys
  lookUp = async () => 'unknown' as const

  load(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.loads.push({ succeed: resolve, fail: () => reject(new Error('the keys are gone')) })
    })
  }
}

const turn = (): Promise<void> => new Promise(setImmediate)

async function connected() {
  const clock = new ManualClock(1_000_000_000)
  const log = new SignedLog(clock)
  const keys = new Keys(log)
  const replica = new Replica({ issuer: ISSUER, clock, algorithms: ['ES256'], keys: () => log.keys })
  const feed = { start: () => undefined, close: () => undefined }
  const connection = new IssuerConnection({ keys, replica, platform: { ...systemPlatform, clock }, openFeed: () => feed })
  connection.open()
  keys.loads[0]?.succeed()
  await turn()
  const announceKeys = (): void => {
    log.append('keyset', 'issuer', '')
    replica.receive(log.batch(replica.position))
  }
  replica.loadSnapshot(log.snapshot())
  return { clock, keys, replica, connection, announceKeys }
}

test('a failure to load keys is told while it lasts, and no longer: also where it heals while the verifier is fresh', async () => {
  const { clock, keys, replica, connection, announceKeys } = await connected()
  announceKeys()
  keys.loads[1]?.fail()
  await turn()
  assert.equal(replica.freshness().state, 'fresh')
  assert.equal(connection.problem, 'the keys are gone')
  clock.advance(100)
  keys.loads[2]?.succeed()
  await turn()
  assert.equal(connection.problem, undefined)
  connection.close()
})

test('an older load that fails after a newer one has succeeded is no failure, and nothing is tried again because of it', async () => {
  const { clock, keys, connection, announceKeys } = await connected()
  announceKeys()
  announceKeys()
  keys.loads[2]?.succeed()
  await turn()
  keys.loads[1]?.fail()
  await turn()
  assert.equal(connection.problem, undefined)
  clock.advance(60_000)
  assert.equal(keys.loads.length, 3)
  connection.close()
})
