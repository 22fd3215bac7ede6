// F13, F15, F16: PostgreSQL that dies, races and hangs under the store.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { AuthError, systemClock } from 'countersign/core'
import {
  CUTOFF_LIFE_MS,
  keyRecord,
  NOW,
  rotationOf,
  sessionRecord,
  signedIn,
  userRecord,
} from '../../packages/server/src/store/contract/record.ts'
import { assertChainHolds } from '../../packages/server/src/store/contract/suite.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import { PATIENCE_MS, until } from '../http/patience.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

/** For a server that does not run: without these limits nothing would be answered at all. */
const hasty = { connectMs: 300, lockMs: 300, statementMs: 400 }
/** For a machine that is busy. */
const patient = { connectMs: PATIENCE_MS, lockMs: PATIENCE_MS, statementMs: PATIENCE_MS }

const isUnavailable = (error: unknown): boolean =>
  error instanceof AuthError && (error.code === 'unavailable' || error.code === 'overloaded')

suite('the store on a PostgreSQL that fails', () => {
  let postgres: PostgresServer
  let stores: readonly Store[]
  let hastyStores: readonly Store[]

  before(async () => {
    postgres = await startPostgres()
    const url = await postgres.createDatabase()
    const open = (patience: typeof patient) => openPostgresStore({ url, cutoffLifeMs: CUTOFF_LIFE_MS, patience })
    stores = await Promise.all([open(patient), open(patient)])
    hastyStores = await Promise.all([open(hasty), open(hasty)])
  })
  after(async () => {
    await Promise.all([...stores, ...hastyStores].map((store) => store.close()))
    await postgres[Symbol.asyncDispose]()
  })

  const storeOf = (n: number, among = stores): Store => {
    const store = among[n % among.length]
    assert.ok(store !== undefined)
    return store
  }

  async function recovers(): Promise<void> {
    for (const store of [...stores, ...hastyStores]) await until('full service is back', () => answers(store))
  }

  async function answers(store: Store): Promise<boolean> {
    try {
      await Promise.all(Array.from({ length: 16 }, () => store.ping()))
      return true
    } catch (error) {
      assert.ok(isUnavailable(error), String(error))
      return false
    }
  }

  test('[I03] [I11] [I21] F13: what was acknowledged survives a crash of the server and of a backend, and service comes back', async () => {
    const workers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => signedIn(storeOf(n), sessionRecord(`ses_crash_${n}`, `usr_crash_${n}`))),
    )
    const revoked: number[] = []
    let refusals = 0
    let stop = false
    /** Rotates as an honest client does: what is in doubt is looked at before it goes on. @returns the generation it was told. */
    const rotating = workers.map(async (session, n) => {
      let generation = 1
      while (!stop) {
        try {
          const issuance = await storeOf(n).sessions.rotate(rotationOf(session, { fromGeneration: generation }))
          generation = issuance === 'lost' ? generation + 1 : issuance.session.generation
          revoked.push((await storeOf(n).log.revoke({ target: { kind: 'token', id: `tok_${n}` }, mode: 'soft', at: NOW })).position)
        } catch (error) {
          assert.ok(isUnavailable(error), String(error))
          refusals++
          await pause(5)
        }
      }
      return generation
    })
    try {
      for (const crash of [() => postgres.crash(), () => killOneBackend(postgres), () => postgres.crash()]) {
        await pause(150)
        await crash()
        await recovers()
      }
    } finally {
      stop = true
    }
    const told = await Promise.all(rotating)
    assert.ok(refusals > 0, 'the crashes were felt')
    for (const [n, generation] of told.entries()) {
      const stored = (await storeOf(n).sessions.find(`ses_crash_${n}`))?.generation ?? 0
      // At most the one rotation under way at the end was not told.
      assert.ok(stored === generation || stored === generation + 1, `told ${generation}, stored ${stored}`)
    }
    const positions = new Set((await assertChainHolds(storeOf(0))).map(({ position }) => position))
    assert.equal(revoked.filter((position) => !positions.has(position)).length, 0, 'an acknowledged revocation is gone')
    assert.equal(new Set(revoked).size, revoked.length)
  })

  const races: Readonly<Record<string, (round: number) => Promise<(n: number) => Promise<boolean>>>> = {
    'claims of one nonce': async (round) => (n) => storeOf(n).replay.claim('race', `nonce-${round}`, NOW),
    'rotations of one generation': async (round) => {
      const session = await signedIn(storeOf(0), sessionRecord(`ses_race_${round}`, 'usr_race'))
      return async (n) => (await storeOf(n).sessions.rotate(rotationOf(session))) !== 'lost'
    },
    'redemptions of one setup': async (round) => {
      for (const { id } of await storeOf(0).users.list({ limit: 10, search: `usr_admin_${round - 1}_` }))
        await storeOf(0).users.setRoles(id, [], NOW)
      assert.equal(await storeOf(0).users.offerSetup(`offer-${round}`, NOW + 10), true)
      return async (n) => {
        const user = userRecord(`usr_admin_${round}_${n}`, { roles: ['admin'] })
        return (await storeOf(n).users.redeemSetup(`offer-${round}`, user, 'phc')) === 'created'
      }
    },
    'rotations of one signing key': async (round) => {
      if (round === 0) await storeOf(0).keys.initialise([keyRecord('key-0', 'current'), keyRecord('key-1', 'next')])
      const from = (await storeOf(0).keys.all()).find(({ state }) => state === 'current')?.kid ?? ''
      return async (n) => {
        const next = keyRecord(`key-${round}-${n}`, 'next')
        return (await storeOf(n).keys.rotate({ purpose: 'access-token', from, next, verifyUntil: NOW, at: NOW })) === 'rotated'
      }
    },
  }
  for (const [name, prepare] of Object.entries(races)) {
    test(`[I01] F15: of 16 ${name} over two pools exactly one wins, in each of 100 rounds`, async () => {
      for (let round = 0; round < 100; round++) {
        const attempt = await prepare(round)
        const wins = await Promise.all(Array.from({ length: 16 }, (_, n) => attempt(n)))
        assert.equal(wins.filter(Boolean).length, 1, `round ${round}`)
      }
    })
  }

  test('[I11] [I13] [I21] F16: a PostgreSQL that hangs is answered with a refusal in time, and nothing piles up', async () => {
    await recovers()
    postgres.service.stop()
    try {
      const startedMs = systemClock.monotonicMs()
      const asked = Array.from({ length: 3_000 }, (_, n) => storeOf(n, hastyStores).sessions.find('ses_crash_0'))
      const outcomes = await Promise.allSettled(asked)
      const tookMs = systemClock.monotonicMs() - startedMs
      // Each waits a second or so, all at the same time; one after the other would take half an hour.
      assert.ok(tookMs < PATIENCE_MS, `the last refusal came after ${tookMs} ms`)
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
      assert.equal(refused.length, outcomes.length)
      assert.ok(refused.every(isUnavailable))
      assert.ok(
        refused.some((error) => error instanceof AuthError && error.code === 'overloaded'),
        'the queue is bounded',
      )
      await assert.rejects(storeOf(0, hastyStores).log.revoke({ target: { kind: 'token', id: 't' }, mode: 'soft', at: NOW }), isUnavailable)
    } finally {
      postgres.service.continue()
    }
    await recovers()
    await assertChainHolds(storeOf(1))
  })
})

/** The postmaster takes the death of one backend for damage: it stops all of them and recovers. */
async function killOneBackend(postgres: PostgresServer): Promise<void> {
  const rows = await postgres.query(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'countersign' AND query NOT LIKE 'LISTEN%' ORDER BY query_start DESC LIMIT 1`,
  )
  const pid = Number(rows[0]?.['pid'])
  assert.ok(pid > 1)
  process.kill(pid, 'SIGKILL')
}
