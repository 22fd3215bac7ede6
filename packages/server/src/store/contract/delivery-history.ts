import assert from 'node:assert/strict'
import { deliveryStates, type DeliveryHistory, type DeliveryPage } from '../../delivery/delivery-history.ts'
import type { DeliveryStore, Destination } from '../../delivery/delivery-store.ts'
import { NOW } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

const HOOK = 'hook'

const destination = (id: string, kind = HOOK): Destination => ({
  ...{ id, kind, owner: undefined, state: 'open', reason: undefined, settings: '{}', position: 0, revision: 1, createdAt: NOW },
})

const page = (change: Partial<DeliveryPage> = {}): DeliveryPage => ({
  ...{ kind: HOOK, destination: undefined, states: deliveryStates, since: undefined, until: undefined, after: undefined, limit: 100 },
  ...change,
})

interface Queue {
  readonly deliveries: DeliveryStore
  readonly deliveryHistory: DeliveryHistory
}

const claim = { kind: HOOK, now: NOW + 100, leaseUntil: NOW + 1000, window: 100, limit: 100 }

/** `a1` delivered, `a2` given up, `a3` failed once, `b1` new; and `x1` of another kind. Each was made a millisecond after the other. */
async function filled({ deliveries }: Queue): Promise<void> {
  for (const [id, kind] of [['a'], ['b'], ['x', 'other']] as const) await deliveries.add(destination(id, kind))
  const jobs = ['a1', 'a2', 'a3', 'b1', 'x1'].map((id, at) => ({
    ...{ id, destination: id.slice(0, 1), payload: `payload of ${id}`, urgent: false, createdAt: NOW + at },
  }))
  await deliveries.enqueue(jobs.slice(0, 3))
  for (const taken of await deliveries.claim(claim)) {
    if (taken.id === 'a1') assert.equal(await deliveries.keep(taken, NOW + 200, 'HTTP 204'), true)
    if (taken.id === 'a2') await deliveries.bury(taken, NOW + 300, 'HTTP 410')
    if (taken.id === 'a3') await deliveries.postpone(taken, NOW + 5000, 'timeout')
  }
  await deliveries.enqueue(jobs.slice(3))
}

/** What `DeliveryHistory` promises, for any store. */
export function deliveryHistoryContract(name: string, open: OpenStore): void {
  const promiseOf = promises(name, open)
  const promise = (title: string, body: (queue: Queue) => Promise<void>): void => promiseOf(title, (store) => body(store))
  const idsOf = async ({ deliveryHistory }: Queue, change: Partial<DeliveryPage> = {}): Promise<readonly string[]> =>
    (await deliveryHistory.list(page(change))).map(({ id }) => id)

  promise('what waits, was given up and was delivered is listed, newest first, with what became of it', async (queue) => {
    await filled(queue)
    const facts = (id: string, createdAt: number) => ({ id, destination: id.slice(0, 1), payload: `payload of ${id}`, createdAt })
    const none = { dueAt: undefined, settledAt: undefined, note: undefined }
    assert.deepEqual(await queue.deliveryHistory.list(page()), [
      { ...facts('b1', NOW + 3), ...none, state: 'waiting', attempts: 0, dueAt: NOW + 3 },
      { ...facts('a3', NOW + 2), ...none, state: 'waiting', attempts: 1, dueAt: NOW + 5000, note: 'timeout' },
      { ...facts('a2', NOW + 1), ...none, state: 'dead', attempts: 1, settledAt: NOW + 300, note: 'HTTP 410' },
      { ...facts('a1', NOW), ...none, state: 'delivered', attempts: 1, settledAt: NOW + 200, note: 'HTTP 204' },
    ])
  })

  promise('a list is narrowed by destination, state and time, and goes on where its last page ended', async (queue) => {
    await filled(queue)
    assert.deepEqual(await idsOf(queue, { destination: 'a' }), ['a3', 'a2', 'a1'])
    assert.deepEqual(await idsOf(queue, { destination: 'x' }), [])
    assert.deepEqual(await idsOf(queue, { states: ['delivered', 'dead'] }), ['a2', 'a1'])
    assert.deepEqual(await idsOf(queue, { states: [] }), [])
    assert.deepEqual(await idsOf(queue, { since: NOW + 1, until: NOW + 3 }), ['a3', 'a2'])
    assert.deepEqual(await idsOf(queue, { limit: 2 }), ['b1', 'a3'])
    assert.deepEqual(await idsOf(queue, { limit: 2, after: { createdAt: NOW + 2, id: 'a3' } }), ['a2', 'a1'])
  })

  promise('one is found by its id, but not as one of another kind', async (queue) => {
    await filled(queue)
    assert.equal((await queue.deliveryHistory.find(HOOK, 'a1'))?.state, 'delivered')
    assert.equal(await queue.deliveryHistory.find(HOOK, 'x1'), undefined)
    assert.equal(await queue.deliveryHistory.find(HOOK, 'y'), undefined)
    assert.equal(await queue.deliveryHistory.repeat(HOOK, 'x1', NOW), false)
  })

  promise('what is repeated is due at once and once, whatever had become of it, and keeps its id and content', async (queue) => {
    await filled(queue)
    for (const id of ['a1', 'a2', 'a3']) assert.equal(await queue.deliveryHistory.repeat(HOOK, id, NOW + 400), true)
    const taken = await queue.deliveries.claim({ ...claim, now: NOW + 400 })
    assert.deepEqual(
      taken.map(({ id, payload, attempt }) => `${id} ${payload} ${attempt}`).sort(),
      ['a1', 'a2', 'a3', 'b1'].map((id) => `${id} payload of ${id} 1`),
    )
    assert.deepEqual((await idsOf(queue)).toSorted(), ['a1', 'a2', 'a3', 'b1'])
  })

  promise('what is delivered once more is on file once', async (queue) => {
    await filled(queue)
    await queue.deliveryHistory.repeat(HOOK, 'a1', NOW + 400)
    const taken = (await queue.deliveries.claim({ ...claim, now: NOW + 400 })).find(({ id }) => id === 'a1')
    assert.ok(taken)
    assert.equal(await queue.deliveries.keep({ ...taken, attempt: 7 }, NOW + 500, 'HTTP 200'), false)
    assert.equal(await queue.deliveries.keep(taken, NOW + 500, 'HTTP 200'), true)
    assert.equal(await queue.deliveries.keep(taken, NOW + 500, 'HTTP 200'), false)
    const { state, note, settledAt } = (await queue.deliveryHistory.find(HOOK, 'a1')) ?? {}
    assert.deepEqual([state, note, settledAt], ['delivered', 'HTTP 200', NOW + 500])
  })

  promise('all that was settled is repeated, oldest first, so many at most; what waits is left alone', async (queue) => {
    await filled(queue)
    const { kind, destination, states, since, until } = page()
    const all = { kind, destination, states, since, until }
    assert.equal(await queue.deliveryHistory.repeatAll({ ...all, states: ['delivered'], since: NOW + 1 }, 10, NOW + 400), 0)
    assert.equal(await queue.deliveryHistory.repeatAll(all, 1, NOW + 400), 1)
    assert.equal((await queue.deliveryHistory.find(HOOK, 'a1'))?.state, 'waiting')
    assert.equal((await queue.deliveryHistory.find(HOOK, 'a2'))?.state, 'dead')
    assert.equal(await queue.deliveryHistory.repeatAll(all, 10, NOW + 400), 1)
    assert.equal((await queue.deliveryHistory.find(HOOK, 'a3'))?.dueAt, NOW + 5000)
  })

  promise('what is on file goes when its time is over, and with its destination', async (queue) => {
    await filled(queue)
    assert.equal(await queue.deliveryHistory.sweep(NOW + 200, 10), 0)
    assert.equal(await queue.deliveryHistory.sweep(NOW + 201, 0), 0)
    assert.equal(await queue.deliveryHistory.sweep(NOW + 201, 10), 1)
    assert.deepEqual(await idsOf(queue), ['b1', 'a3', 'a2'])
    const [b1] = await queue.deliveries.claim(claim)
    assert.ok(b1)
    await queue.deliveries.keep(b1, NOW, 'HTTP 200')
    assert.equal(await queue.deliveries.remove('b'), true)
    assert.deepEqual(await idsOf(queue), ['a3', 'a2'])
  })

  promise('of one destination only its share is taken, and of those that are busy nothing', async (queue) => {
    const { deliveries } = queue
    for (const id of ['a', 'b']) await deliveries.add(destination(id))
    const jobs = ['a1', 'a2', 'a3', 'b1', 'b2'].map((id) => ({
      ...{ id, destination: id.slice(0, 1), payload: '', urgent: false, createdAt: NOW },
    }))
    await deliveries.enqueue(jobs)
    const take = async (change: object) => (await deliveries.claim({ ...claim, ...change })).map(({ id }) => id)
    assert.deepEqual(await take({ each: 2, except: ['b'] }), ['a1', 'a2'])
    assert.deepEqual(await take({ each: 1 }), ['a3', 'b1'])
    assert.deepEqual(await take({ except: ['a', 'b'] }), [])
    assert.deepEqual(await take({}), ['b2'])
  })
}
