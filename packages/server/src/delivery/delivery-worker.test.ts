import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { createMemoryStore } from '../store/memory/store.ts'
import { type BackOff, pauseAfter } from './back-off.ts'
import type { DeliveryStore, Destination, Job } from './delivery-store.ts'
import { DeliveryWorker, type Outcome } from './delivery-worker.ts'

const NOW = 1_800_000_000_000
const destination: Destination = {
  id: 'a',
  kind: 'mail',
  owner: undefined,
  state: 'open',
  reason: undefined,
  settings: '{}',
  position: 0,
  revision: 1,
  createdAt: NOW,
}

interface Scene {
  readonly clock: ManualClock
  readonly store: DeliveryStore
  readonly worker: DeliveryWorker
  /** Jobs as they were handed to the courier. */
  readonly carried: string[]
  readonly troubles: string[]
  enqueue(...ids: readonly string[]): Promise<void>
}

type Deliver = (job: Job, signal: AbortSignal) => Promise<Outcome>

async function scene(
  deliver: Deliver,
  window = 1,
  store: DeliveryStore = createMemoryStore({ cutoffLifeMs: 1 }).deliveries,
): Promise<Scene> {
  const clock = new ManualClock(NOW)
  const carried: string[] = []
  const troubles: string[] = []
  const courier = {
    kind: 'mail',
    window,
    backOff: { firstMs: 1000, longestMs: 8000 },
    deliver: (job: Job, _destination: Destination, signal: AbortSignal) => {
      carried.push(job.id)
      return deliver(job, signal)
    },
  }
  // The largest byte: pauses are as long as they can be.
  const random = { bytes: (length: number) => new Uint8Array(length).fill(255) }
  const worker = new DeliveryWorker({
    store,
    couriers: [courier],
    platform: { ...systemPlatform, clock, random },
    onTrouble: ({ id }, outcome) => troubles.push(`${id} ${outcome.state}`),
    onFailure: (error) => troubles.push(String(error)),
  })
  await store.add(destination)
  return {
    clock,
    store,
    worker,
    carried,
    troubles,
    async enqueue(...ids) {
      await store.enqueue(ids.map((id) => ({ id, destination: 'a', payload: '', urgent: false, createdAt: clock.now() })))
    },
  }
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await turn()
}

const delivered: Outcome = { state: 'delivered' }
const failed: Outcome = { state: 'failed', problem: 'timeout' }

test('[I20] jobs are delivered one after the other, and are gone then', async () => {
  const { worker, store, carried, enqueue } = await scene(async () => delivered)
  await enqueue('j1', 'j2', 'j3')
  worker.start()
  await settle()
  assert.deepEqual(carried, ['j1', 'j2', 'j3'])
  assert.deepEqual(await store.backlog('a'), { waiting: 0, dead: 0, oldestAt: undefined })
  await worker.stop()
})

test('what fails is tried again after pauses that double up to the longest, and what is behind it waits', async () => {
  let failures = 5
  const { worker, clock, carried, enqueue } = await scene(async () => (failures-- > 0 ? failed : delivered))
  await enqueue('j1', 'j2')
  worker.start()
  await settle()
  const triedAt: number[] = []
  for (let second = 0; second < 40; second++) {
    const before = carried.length
    clock.advance(1000)
    await settle()
    if (carried.length > before) triedAt.push(second + 1)
  }
  assert.deepEqual(carried, ['j1', 'j1', 'j1', 'j1', 'j1', 'j1', 'j2'])
  assert.deepEqual(triedAt, [1, 3, 7, 15, 23])
  await worker.stop()
})

test('what throws counts as failed, what is refused is buried, and both are told', async () => {
  const { worker, store, clock, troubles, enqueue } = await scene(async ({ id, attempt }) => {
    if (id === 'j2') return { state: 'refused', problem: 'invalid' }
    if (attempt === 1) throw new Error('broken')
    return delivered
  }, 2)
  await enqueue('j1', 'j2')
  worker.start()
  await settle()
  clock.advance(1000)
  await settle()
  assert.deepEqual(troubles.sort(), ['j1 failed', 'j2 refused'])
  assert.deepEqual(await store.backlog('a'), { waiting: 0, dead: 1, oldestAt: undefined })
  await worker.stop()
})

test('one that wakes it while it is busy is not overheard', async () => {
  const { worker, carried, enqueue } = await scene(async () => delivered)
  worker.wake()
  await enqueue('j1')
  worker.wake()
  worker.wake()
  await settle()
  assert.deepEqual(carried, ['j1'])
  await worker.stop()
})

test('[I20] what a worker had taken when it died is delivered by another when the lease is over, with the same id', async () => {
  const dead = await scene(() => new Promise<Outcome>(() => undefined))
  await dead.enqueue('j1')
  // Without its clock it never comes back.
  dead.worker.wake()
  await settle()
  assert.deepEqual(dead.carried, ['j1'])

  const carried: string[] = []
  const heir = new DeliveryWorker({
    store: dead.store,
    couriers: [
      {
        kind: 'mail',
        window: 1,
        backOff: { firstMs: 1000, longestMs: 1000 },
        deliver: async ({ id }) => {
          carried.push(id)
          return delivered
        },
      },
    ],
    platform: { ...systemPlatform, clock: dead.clock },
  })
  heir.start()
  dead.clock.advance(19_000)
  await settle()
  assert.deepEqual(carried, [])
  dead.clock.advance(2000)
  await settle()
  assert.deepEqual(carried, ['j1'])
  assert.equal((await dead.store.backlog('a')).waiting, 0)
  await heir.stop()
})

test('[I20] two workers on one queue deliver everything, each job once', async () => {
  const first = await scene(async () => delivered, 8)
  const carried: string[] = []
  const second = new DeliveryWorker({
    store: first.store,
    couriers: [
      {
        kind: 'mail',
        window: 8,
        backOff: { firstMs: 1, longestMs: 1 },
        deliver: async ({ id }) => {
          carried.push(id)
          return delivered
        },
      },
    ],
    platform: { ...systemPlatform, clock: first.clock },
  })
  const ids = Array.from({ length: 100 }, (_, n) => `j${n}`)
  await first.enqueue(...ids)
  first.worker.start()
  second.start()
  for (let round = 0; round < 20; round++) await settle()
  assert.deepEqual([...first.carried, ...carried].sort(), ids.sort())
  await Promise.all([first.worker.stop(), second.stop()])
})

test('a stop breaks off what is under way, and leaves it to be taken at once', async () => {
  const { worker, store, clock, enqueue } = await scene(
    (_job, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(failed))),
  )
  await enqueue('j1')
  worker.start()
  await settle()
  await worker.stop()
  const now = clock.now()
  assert.equal((await store.claim({ kind: 'mail', now, leaseUntil: now + 1, window: 1, limit: 1 })).length, 1)
})

test('a queue that cannot be read is told, and read again a second later', async () => {
  const { deliveries } = createMemoryStore({ cutoffLifeMs: 1 })
  let isAway = true
  const claim = deliveries.claim.bind(deliveries)
  deliveries.claim = async (asked) => {
    if (isAway) throw new Error('away')
    return claim(asked)
  }
  const { worker, clock, carried, troubles, enqueue } = await scene(async () => delivered, 1, deliveries)
  await enqueue('j1')
  worker.start()
  await settle()
  assert.deepEqual(troubles, ['Error: away'])
  isAway = false
  clock.advance(1000)
  await settle()
  assert.deepEqual(carried, ['j1'])
  await worker.stop()
})

test('a pause is between half and all of what it may be', () => {
  const backOff: BackOff = { firstMs: 1000, longestMs: 60_000 }
  const by = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) })
  assert.deepEqual(
    [1, 2, 3, 7, 1000].map((attempt) => pauseAfter(attempt, backOff, by(0))),
    [500, 1000, 2000, 30_000, 30_000],
  )
  assert.deepEqual(
    [1, 2, 3, 7, 1000].map((attempt) => pauseAfter(attempt, backOff, by(255))),
    [1000, 2000, 4000, 60_000, 60_000],
  )
})
