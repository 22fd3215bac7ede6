import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { CUTOFF_LIFE_MS, NOW, sessionRecord, signedIn } from '../contract/record.ts'
import { assertChainHolds, entriesAfter } from '../contract/suite.ts'
import { openDatabase } from './database.ts'
import { storeOn } from './store.ts'

const openStore = () => {
  const clock = new ManualClock(NOW)
  const database = openDatabase({ path: ':memory:', clock, maxPages: undefined, isBackup: false })
  return { clock, database, store: storeOn(database, clock, CUTOFF_LIFE_MS) }
}

test('[I12] expired claims leave the table with the load, but not before a clock may have been set back', async () => {
  const { clock, database, store } = openStore()
  const count = database.statement<{ readonly n: number }>('SELECT count(*) AS n FROM replay_claim')
  const claims = (name: string, expiresAt: number) =>
    Promise.all(Array.from({ length: 100 }, (_, n) => store.replay.claim('nonce', `${name}${n}`, expiresAt)))
  await claims('a', NOW + 1_000)
  clock.advance(600_000)
  await claims('b', NOW + 700_000)
  assert.equal(count.get()?.n, 200)
  assert.equal(await store.replay.claim('nonce', 'a0', NOW + 700_000), false)
  clock.advance(1_000)
  await claims('c', NOW + 700_000)
  assert.equal(count.get()?.n, 200)
  await store.close()
})

test('forgetting goes on over many units until the first living entry', async () => {
  const { store } = openStore()
  const cut = (at: number) => store.log.revoke({ target: { kind: 'token', id: 't' }, mode: 'soft', at })
  await Promise.all(Array.from({ length: 4_500 }, () => cut(NOW)))
  await cut(NOW + 1)
  await cut(NOW)
  await assertChainHolds(store)
  assert.equal(await store.log.forget(NOW + CUTOFF_LIFE_MS), 4_500)
  assert.deepEqual(
    (await entriesAfter(store, 4_500)).map(({ position }) => position),
    [4_501, 4_502],
  )
  await store.close()
})

test('the sweep goes on over many windows until the end of the table', async () => {
  const { store } = openStore()
  await signedIn(store, sessionRecord('ses_first', 'usr_a'))
  const open = (n: number) => {
    const session = sessionRecord(`ses_${String(n).padStart(4, '0')}`, 'usr_a', n % 2 === 0 ? { idleExpiresAt: NOW } : {})
    return store.sessions.open({ session, passwordGeneration: 1, single: false })
  }
  await Promise.all(Array.from({ length: 2_500 }, (_, n) => open(n)))
  assert.equal(await store.sessions.sweep(NOW, 1_100), 1_100)
  assert.equal(await store.sessions.sweep(NOW, 10_000), 150)
  assert.equal((await store.sessions.list('usr_a', NOW)).length, 1_251)
  await store.close()
})
