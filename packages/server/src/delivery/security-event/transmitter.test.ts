import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { createMemoryStore } from '../../store/memory/store.ts'
import type { Store } from '../../store/store.ts'
import { Outbound } from '../outbound.ts'
import { claimsOf } from './stream.ts'
import { SecurityEventStreams } from './streams.ts'
import { HELD_FOR_MS, MOST_HELD, Transmitter } from './transmitter.ts'

const NOW = 1_800_000_000_000
const ISSUER = 'https://login.example'
const CUTOFF_LIFE_MS = 3_605_000

interface Scene {
  readonly clock: ManualClock
  readonly store: Store
  readonly ended: string[]
  readonly streams: SecurityEventStreams
  transmitter(): Transmitter
  revoke(user: string): Promise<number>
  /** What waits in the stream: `txn` of each event, or what the stream says of itself. */
  waiting(id: string): Promise<readonly unknown[]>
}

function scene(): Scene {
  const clock = new ManualClock(NOW)
  const platform = { ...systemPlatform, clock }
  const store = createMemoryStore({ cutoffLifeMs: CUTOFF_LIFE_MS, clock })
  const ended: string[] = []
  return {
    clock,
    store,
    ended,
    streams: new SecurityEventStreams({
      issuer: ISSUER,
      store: store.deliveries,
      log: store.events,
      replay: store.replay,
      outbound: new Outbound({ clock, allows: () => false }),
      platform,
      seal: (_stream, secret) => `sealed ${secret.length}`,
      onJob: () => undefined,
    }),
    transmitter: () =>
      new Transmitter({
        issuer: ISSUER,
        store: store.deliveries,
        log: store.events,
        platform,
        onStreamEnded: (_stream, reason) => ended.push(reason),
      }),
    async revoke(user) {
      return (await store.log.revoke({ target: { kind: 'user', id: user }, mode: 'hard', at: clock.now() })).position
    },
    async waiting(id) {
      const jobs = await store.deliveries.waiting(id, 1_000_000)
      return jobs.map((job) => {
        const { txn, events } = claimsOf(job)
        return txn ?? Object.values(events)[0]
      })
    },
  }
}

test('[B41] [I20] of several servers that copy the log each event comes into the stream once, in its order', async () => {
  const { streams, transmitter, revoke, waiting } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  const positions: string[] = []
  const servers = [transmitter(), transmitter(), transmitter()]
  for (let n = 0; n < 500; n++) {
    positions.push(String(await revoke(`usr_${n}`)))
    if (n % 7 === 0) await Promise.all(servers.map((server) => server.copyAll()))
  }
  await Promise.all(servers.map((server) => server.copyAll()))
  assert.deepEqual(await waiting(id), positions)
})

test('[B41] nothing is lost of a receiver that is away for days, although the log forgets within the hour', async () => {
  const { clock, store, streams, transmitter, revoke, waiting, ended } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  const server = transmitter()
  const positions: string[] = []
  for (let hour = 0; hour < 140; hour++) {
    positions.push(String(await revoke(`usr_${hour}`)))
    clock.advance(3_600_000)
    await server.copyAll()
    await store.log.forget(clock.now())
    await server.endAbandoned()
  }
  assert.equal(await store.events.after(0, 1), 'forgotten')
  assert.deepEqual(await waiting(id), positions)
  assert.deepEqual(ended, [])
})

test('[B41] a receiver that takes nothing for longer than six days is told so, and its stream has ended', async () => {
  const { clock, streams, transmitter, revoke, waiting, ended } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  const server = transmitter()
  await revoke('usr_a')
  await server.copyAll()
  clock.advance(HELD_FOR_MS)
  await server.endAbandoned()
  assert.equal((await streams.read('svc_a', id)).status, 'enabled')
  clock.advance(1)
  await server.endAbandoned()
  const reason = 'The receiver did not take events for too long. They were dropped.'
  assert.deepEqual(ended, [reason])
  assert.deepEqual(await waiting(id), [{ status: 'disabled', reason }])
  const { status, reason: said } = await streams.read('svc_a', id)
  assert.deepEqual([status, said], ['disabled', reason])
  await revoke('usr_b')
  await server.copyAll()
  assert.equal((await waiting(id)).length, 1)
  // It does not end twice, and can be enabled again: it goes on with what happens then.
  clock.advance(HELD_FOR_MS)
  await server.endAbandoned()
  assert.equal(ended.length, 1)
  await streams.setStatus('svc_a', id, 'enabled', undefined)
  const position = await revoke('usr_c')
  await server.copyAll()
  assert.equal((await waiting(id)).at(-1), String(position))
  assert.equal((await waiting(id)).length, 2)
})

test('[B41] a paused stream is bounded by the same six days', async () => {
  const { clock, streams, transmitter, revoke, waiting, ended } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  await streams.setStatus('svc_a', id, 'paused', undefined)
  await revoke('usr_a')
  const server = transmitter()
  await server.copyAll()
  clock.advance(HELD_FOR_MS + 1)
  await server.endAbandoned()
  assert.equal(ended.length, 1)
  assert.equal((await waiting(id)).length, 1)
})

test('[B41] a stream that holds more than it may has ended', async () => {
  const { store, streams, transmitter, ended } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  const jobs = Array.from({ length: MOST_HELD + 1 }, (_, n) => ({
    id: `j${n}`,
    destination: id,
    payload: '{}',
    urgent: false,
    createdAt: NOW,
  }))
  await store.deliveries.enqueue(jobs.slice(1))
  await transmitter().endAbandoned()
  assert.deepEqual(ended, [])
  await store.deliveries.enqueue(jobs.slice(0, 1))
  await transmitter().endAbandoned()
  assert.equal(ended.length, 1)
  assert.equal((await store.deliveries.backlog(id)).waiting, 1)
})

test('[B41] a stream whose events the log has forgotten before they were copied says that they are lost', async () => {
  const { clock, store, streams, transmitter, revoke, waiting, ended } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  await revoke('usr_a')
  clock.advance(CUTOFF_LIFE_MS)
  await revoke('usr_b')
  await store.log.forget(clock.now())
  await transmitter().copyAll()
  const reason = 'Events were lost: the log had forgotten them before they were copied.'
  assert.deepEqual(ended, [reason])
  assert.deepEqual(await waiting(id), [{ status: 'disabled', reason }])
})

test('a log that grows is copied by itself, and it is told', async () => {
  const { clock, streams, transmitter, revoke, waiting } = scene()
  const { id } = await streams.create('svc_a', 'svc_a', {})
  const server = transmitter()
  let told = 0
  server.onCopied(() => void told++)
  server.start()
  const position = await revoke('usr_a')
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(10)
  for (let round = 0; round < 50 && told === 0; round++) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await waiting(id), [String(position)])
  await server.stop()
  await revoke('usr_b')
  clock.advance(10_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal((await waiting(id)).length, 1)
})
