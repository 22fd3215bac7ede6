// Two servers, many clients, keys that rotate, and a PostgreSQL that is restarted twice meanwhile. Longer: FLEET_SECONDS=60.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from 'countersign/core'
import { assertChainHolds } from '../../packages/server/src/store/contract/suite.ts'
import { openPostgresStore } from '../../packages/server/src/store/postgres/store.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import { PATIENCE_MS, until } from '../http/patience.ts'
import { PASSWORD, type Reply, type SignedInReply, ServerWorld } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

const CLIENTS = Number(process.env['FLEET_CLIENTS'] ?? 32)
const SECONDS = Number(process.env['FLEET_SECONDS'] ?? 8)
/** The walk goes on until there were so many: on a busy machine that takes longer. */
const LEAST_REVOCATIONS = CLIENTS / 2
const LEAST_ROTATIONS = 2
const AGAIN_MS = 25
const RESTARTS = 2
/** Every so many refreshes a client is signed out by an operator, and signs in again. */
const REFRESHES_A_SESSION = 7

suite(`two servers on a PostgreSQL that is restarted under ${CLIENTS} clients`, () => {
  let postgres: PostgresServer
  let database: string
  let servers: readonly ServerWorld[]

  before(async () => {
    postgres = await startPostgres()
    database = await postgres.createDatabase()
    const options = {
      database,
      secret: randomBytes(32).toString('base64url'),
      issuer: 'https://auth.fleet.example',
      refreshOverlapSeconds: 60,
    }
    servers = await Promise.all([ServerWorld.open(options), ServerWorld.open(options)])
  })
  after(async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    await postgres[Symbol.asyncDispose]()
  })

  /** By all of them together. */
  const done = { revocations: 0, rotations: 0 }

  const serverOf = (n: number): ServerWorld => {
    const server = servers[n % servers.length]
    assert.ok(server !== undefined)
    return server
  }

  /** Repeats a request, each time at the other server, until it has an answer: 503 is none. */
  async function answered(start: number, ask: (server: ServerWorld) => Promise<Reply>): Promise<Reply> {
    const deadline = systemClock.monotonicMs() + PATIENCE_MS
    for (let n = start; ; n++) {
      const reply = await ask(serverOf(n))
      if (reply.status !== 503) return reply
      assert.ok(systemClock.monotonicMs() < deadline, `no answer within ${PATIENCE_MS} ms: ${reply.text}`)
      await pause(AGAIN_MS)
    }
  }

  interface Leaf {
    readonly session: string
    readonly refreshToken: string
    readonly rotations: number
  }

  /** What one client saw. */
  interface Ledger {
    leaf: Leaf
    refreshes: number
    revocations: number
    /** Requests that had to be repeated are not counted: what is, was answered once. */
    probes: number
  }

  async function signIn(n: number, email: string): Promise<SignedInReply> {
    const reply = await answered(n, (server) => server.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } }))
    assert.equal(reply.status, 201, reply.text)
    return reply.body
  }

  async function live(n: number, isOver: () => boolean): Promise<Ledger> {
    const email = `client-${n}@fleet.example`
    const created = await answered(n, (server) => server.local('POST', '/v1/users', { email, password: PASSWORD }))
    assert.ok(created.status === 201 || created.status === 409, created.text)
    let current = await signIn(n, email)
    const ledger: Ledger = { leaf: leafOf(current, 0), refreshes: 0, revocations: 0, probes: 0 }
    for (let step = 1; !isOver(); step++) {
      if (step % REFRESHES_A_SESSION === 0) {
        await revoked(n + step, current)
        ledger.revocations++
        done.revocations++
        ledger.probes += 2
        current = await signIn(n + step, email)
        ledger.leaf = leafOf(current, 0)
        continue
      }
      current = await refreshed(n + step, current, `client-${n}-step-${step}-of-the-walk`)
      ledger.refreshes++
      ledger.leaf = leafOf(current, ledger.leaf.rotations + 1)
    }
    return ledger
  }

  async function refreshed(n: number, { refresh_token }: SignedInReply, key: string): Promise<SignedInReply> {
    const reply = await answered(n, (server) =>
      server.ask('POST', '/v1/sessions/refresh', { body: { refresh_token }, headers: { 'idempotency-key': key } }),
    )
    assert.equal(reply.status, 200, `an honest client was refused: ${reply.text}`)
    return reply.body
  }

  /** Revokes a session; once that is acknowledged neither server may accept its token again. */
  async function revoked(n: number, { access_token, refresh_token, session }: SignedInReply): Promise<void> {
    const target = { kind: 'session', id: session.id }
    const reply = await answered(n, (server) => server.local('POST', '/v1/revocations', { target }))
    assert.equal(reply.status, 201, reply.text)
    for (const at of [n, n + 1]) {
      const probe = await serverOf(at).ask('GET', '/v1/me', { token: access_token })
      assert.ok(probe.status === 503 || probe.body.code === 'token_revoked', `accepted after its revocation: ${probe.text}`)
    }
    const late = await answered(n + 1, (server) => server.ask('POST', '/v1/sessions/refresh', { body: { refresh_token } }))
    assert.equal(late.body.code, 'refresh_invalid')
  }

  async function rotateKeys(isOver: () => boolean): Promise<number> {
    let rotations = 0
    for (let n = 0; !isOver(); n++) {
      const reply = await serverOf(n).local('POST', '/v1/signing-keys/rotate', { purpose: n % 3 === 0 ? 'feed' : 'access-token' })
      assert.ok([200, 409, 503].includes(reply.status), reply.text)
      if (reply.status === 200) done.rotations = ++rotations
      await pause(400)
    }
    return rotations
  }

  test('[J02] what verifiers report to one server the other shows, and what both have heard is one', async () => {
    const { id, credential } = await serverOf(0).service('orders')
    const { body: entry } = await serverOf(1).local('POST', '/v1/revocations', { target: { kind: 'token', id: 'jti' } })
    const reported: string[][] = [[], []]
    const report = async (n: number): Promise<void> => {
      const instance = randomBytes(16).toString('base64url')
      const applied = [{ after: entry.position - 1, position: entry.position, held_ms: 0 }]
      const facts = { feed: 'sse', state: 'fresh', position: entry.position, age_ms: 1, every_ms: 10_000, sent_ms: 0 }
      const { status, text } = await serverOf(n).ask('POST', '/v1/verifier-reports', {
        token: credential,
        body: { ...facts, instance, applied },
      })
      assert.equal(status, 200, text)
      reported[n]?.push(instance)
    }
    const toldAt = async (n: number): Promise<number> =>
      (await serverOf(n).local('GET', '/v1/revocations?kind=token')).body.revocations[0].propagation?.verifiers ?? 0
    const listedAt = async (n: number): Promise<ReadonlySet<string>> =>
      new Set((await serverOf(n).local('GET', '/v1/verifiers')).body.verifiers.map((each: { instance: string }) => each.instance))
    // A server counts what it has told its own verifiers: it may have heard of the other's entry only just now.
    for (const n of [0, 1]) {
      const before = await toldAt(n)
      await until('a verifier has told of the entry', async () => {
        await report(n)
        return (await toldAt(n)) > before
      })
    }
    const all = reported.flat()
    for (const n of [0, 1]) {
      await until('both show all', async () => {
        const listed = await listedAt(n)
        return all.every((instance) => listed.has(instance)) && (await toldAt(n)) >= 2
      })
      assert.equal((await listedAt(n)).size, all.length)
    }
    assert.equal((await serverOf(0).local('DELETE', `/v1/services/${id}`)).status, 204)
    assert.equal((await listedAt(1)).size, 0)
  })

  test('[J01] [I02] [I03] [I07] [I10] [I21] F13: one live leaf a session, no gap in the log, nothing accepted after its revocation', async (context) => {
    const endMs = systemClock.monotonicMs() + SECONDS * 1000
    let isRestarted = false
    const isOver = (): boolean => {
      const gotSomewhere = isRestarted && done.revocations >= LEAST_REVOCATIONS && done.rotations >= LEAST_ROTATIONS
      return gotSomewhere && systemClock.monotonicMs() >= endMs
    }
    const walk = Promise.all([Promise.all(Array.from({ length: CLIENTS }, (_, n) => live(n, isOver))), rotateKeys(isOver)])
    const restarting = (async () => {
      for (let n = 0; n < RESTARTS; n++) {
        await pause((SECONDS * 1000) / (RESTARTS + 1))
        await postgres.crash()
      }
      isRestarted = true
    })()
    const [[ledgers, rotations]] = await Promise.all([walk, restarting])
    const sum = (of: (ledger: Ledger) => number): number => ledgers.reduce((total, ledger) => total + of(ledger), 0)
    context.diagnostic(
      `${sum((each) => each.refreshes)} refreshes, ${sum((each) => each.revocations)} revocations, ${rotations} key rotations`,
    )
    await inDatabase(async (store) => {
      for (const { leaf } of ledgers) {
        // Each answered refresh is one rotation, however often it had to be asked for.
        assert.equal((await store.sessions.find(leaf.session))?.generation, leaf.rotations + 1)
      }
      const entries = await assertChainHolds(store)
      assert.ok(entries.length >= sum((each) => each.revocations) + rotations)
    })
    const last = await Promise.all(
      ledgers.map(({ leaf }, n) => serverOf(n).ask('POST', '/v1/sessions/refresh', { body: { refresh_token: leaf.refreshToken } })),
    )
    assert.deepEqual([...new Set(last.map(({ status }) => status))], [200])
  })

  const leafOf = ({ session, refresh_token }: SignedInReply, rotations: number): Leaf => ({
    session: session.id,
    refreshToken: refresh_token,
    rotations,
  })

  async function inDatabase(work: (store: Store) => Promise<void>): Promise<void> {
    const store = await openPostgresStore({ url: database, cutoffLifeMs: 60_000 })
    try {
      await work(store)
    } finally {
      await store.close()
    }
  }
})
