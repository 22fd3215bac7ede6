import assert from 'node:assert/strict'
import type { DeliveryStore, Destination, DestinationChange, Job, JobClaim, NewJob } from '../../delivery/delivery-store.ts'
import { NOW } from './record.ts'
import { askAtOnce, type OpenStore, promises } from './suite.ts'

const PUSH = 'push'
const LEASE_MS = 60_000

const destination = (id: string, change: Partial<Destination> = {}): Destination => ({
  id,
  kind: PUSH,
  owner: 'svc_a',
  state: 'open',
  reason: undefined,
  settings: '{"to":"https://receiver.example/ß"}',
  position: 0,
  revision: 1,
  createdAt: NOW,
  ...change,
})

const job = (id: string, to = 'a', change: Partial<NewJob> = {}): NewJob => ({
  id,
  destination: to,
  payload: `payload of ${id}`,
  urgent: false,
  createdAt: NOW,
  ...change,
})

const claim = (change: Partial<JobClaim> = {}): JobClaim => ({
  kind: PUSH,
  now: NOW,
  leaseUntil: NOW + LEASE_MS,
  window: 100,
  limit: 100,
  ...change,
})

const changeOf = ({ id, kind, state, reason, settings, position, revision }: Destination, change: Partial<DestinationChange> = {}) => ({
  ...{ id, kind, state, reason, settings, position, fromRevision: revision, dropJobs: false, jobs: [] },
  ...change,
})

const ids = (jobs: readonly NewJob[]): readonly string[] => jobs.map(({ id }) => id)

async function filled(store: DeliveryStore, names: readonly string[], to = 'a'): Promise<void> {
  if ((await store.find(to)) === undefined) await store.add(destination(to))
  await store.enqueue(names.map((name) => job(name, to)))
}

/** What `DeliveryStore` promises, for any store. */
export function deliveryStoreContract(name: string, open: OpenStore): void {
  const promiseOf = promises(name, open)
  const promise = (title: string, body: (store: DeliveryStore) => Promise<void>): void =>
    promiseOf(title, ({ deliveries }) => body(deliveries))

  promise('a destination is found and listed by kind, oldest first, as it was given', async (store) => {
    const held = destination('b', { state: 'held', reason: 'because', owner: undefined, position: 7, createdAt: NOW - 1 })
    await store.add(destination('a'))
    await store.add(held)
    await store.add(destination('c', { kind: 'mail' }))
    assert.deepEqual(await store.find('b'), held)
    assert.equal(await store.find('x'), undefined)
    assert.deepEqual(await store.list([PUSH, 'other']), [held, destination('a')])
    assert.deepEqual(await store.list([]), [])
    await assert.rejects(store.add(destination('a')))
  })

  promise('[I01] of 20 changes of one revision one happens', async (store) => {
    await store.add(destination('a'))
    const counts = await askAtOnce(20, async (n) => {
      const changed = await store.change(changeOf(destination('a'), { settings: `{"n":${n}}`, jobs: [job(`j${n}`)] }))
      return changed === 'changed_meanwhile' ? changed : 'changed'
    })
    assert.deepEqual(
      counts,
      new Map([
        ['changed', 1],
        ['changed_meanwhile', 19],
      ]),
    )
    assert.equal((await store.find('a'))?.revision, 2)
    assert.equal((await store.waiting('a', 100)).length, 1)
    assert.equal(await store.change(changeOf(destination('x'))), 'changed_meanwhile')
  })

  promise('a change says everything but who owns it, drops the jobs if it says so, and adds its own', async (store) => {
    await filled(store, ['old'])
    const other = { kind: 'poll', state: 'shut', reason: 'over', settings: '{}', position: 9 } as const
    const changed = await store.change(
      changeOf(destination('a'), { ...other, dropJobs: true, jobs: [job('notice', 'a', { urgent: true })] }),
    )
    assert.deepEqual(changed, destination('a', { ...other, revision: 2 }))
    assert.deepEqual(await store.find('a'), changed)
    assert.deepEqual(ids(await store.waiting('a', 10)), ['notice'])
  })

  promise('a change does not set back how far the log was copied', async (store) => {
    await store.add(destination('a'))
    assert.equal(await store.copy({ destination: 'a', from: 0, to: 5, jobs: [] }), true)
    const changed = await store.change(changeOf(destination('a')))
    assert.ok(changed !== 'changed_meanwhile')
    assert.equal(changed.position, 5)
  })

  promise('removing a destination takes its jobs along, once, and no others', async (store) => {
    await filled(store, ['a1', 'a2'])
    await filled(store, ['b1'], 'b')
    assert.deepEqual(
      await askAtOnce(10, () => store.remove('a')),
      new Map([
        [true, 1],
        [false, 9],
      ]),
    )
    assert.equal(await store.find('a'), undefined)
    assert.deepEqual(await store.waiting('a', 10), [])
    assert.deepEqual(ids(await store.claim(claim())), ['b1'])
    assert.equal(await store.enqueue([job('late')]), 0)
    assert.equal(await store.copy({ destination: 'a', from: 0, to: 1, jobs: [job('late')] }), false)
  })

  promise('those behind the log are found, but for the shut ones', async (store) => {
    await store.add(destination('a', { position: 4 }))
    await store.add(destination('b', { position: 5 }))
    await store.add(destination('c', { position: 1, state: 'held' }))
    await store.add(destination('d', { position: 1, state: 'shut' }))
    await store.add(destination('e', { position: 1, kind: 'mail' }))
    assert.deepEqual(
      (await store.behind([PUSH], 5)).map(({ id }) => id),
      ['a', 'c'],
    )
    assert.equal(await store.copy({ destination: 'd', from: 1, to: 2, jobs: [job('late', 'd')] }), false)
  })

  promise('[I01] of 20 who copy the same part of the log one does, and its jobs come with it', async (store) => {
    await store.add(destination('a', { position: 3 }))
    const counts = await askAtOnce(20, (n) => store.copy({ destination: 'a', from: 3, to: 5, jobs: [job(`j${n}.4`), job(`j${n}.5`)] }))
    assert.deepEqual(
      counts,
      new Map([
        [true, 1],
        [false, 19],
      ]),
    )
    assert.equal((await store.find('a'))?.position, 5)
    const [first = '', second = ''] = ids(await store.waiting('a', 100))
    assert.equal(second, first.replace('.4', '.5'))
    assert.equal(await store.copy({ destination: 'a', from: 3, to: 6, jobs: [job('again')] }), false)
  })

  promise('a job of the same id is added once', async (store) => {
    await store.add(destination('a'))
    assert.equal(await store.enqueue([job('j'), job('k')]), 2)
    assert.equal(await store.enqueue([job('j', 'a', { payload: 'other' }), job('l')]), 1)
    assert.deepEqual(await store.waiting('a', 10), [job('j'), job('k'), job('l')])
  })

  promise('jobs are taken in the order in which they were added, up to the limit, with what they hold', async (store) => {
    await filled(store, ['a1', 'a2', 'a3'])
    assert.deepEqual(await store.claim(claim({ limit: 2 })), [
      { ...job('a1'), attempt: 1 },
      { ...job('a2'), attempt: 1 },
    ])
    assert.deepEqual(ids(await store.claim(claim())), ['a3'])
    assert.deepEqual(await store.claim(claim()), [])
    assert.deepEqual(await store.claim(claim({ kind: 'mail' })), [])
  })

  promise('[I01] of 20 who take at the same time each gets other jobs', async (store) => {
    const names = Array.from({ length: 100 }, (_, n) => `j${n}`)
    await filled(store, names)
    const taken = await Promise.all(Array.from({ length: 20 }, () => store.claim(claim({ limit: 10 }))))
    for (let rest: readonly Job[] = await store.claim(claim()); rest.length > 0; rest = await store.claim(claim())) taken.push(rest)
    assert.deepEqual(
      taken
        .flat()
        .map(({ id }) => id)
        .sort(),
      names.sort(),
    )
  })

  promise('a job that was taken and never settled is due again when its lease is over, and the first taker has lost it', async (store) => {
    await filled(store, ['j'])
    const [first] = await store.claim(claim())
    assert.deepEqual(await store.claim(claim({ now: NOW + LEASE_MS - 1 })), [])
    const [second] = await store.claim(claim({ now: NOW + LEASE_MS, leaseUntil: NOW + 2 * LEASE_MS }))
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(second.attempt, 2)
    assert.equal(await store.complete(first), false)
    assert.equal(await store.postpone(first, NOW, 'x'), false)
    assert.equal(await store.bury(first, NOW, 'x'), false)
    assert.equal(await store.complete(second), true)
    assert.equal(await store.complete(second), false)
    assert.deepEqual(await store.waiting('a', 10), [])
  })

  promise('a job that was postponed is due then, and no sooner', async (store) => {
    await filled(store, ['j'])
    const [taken] = await store.claim(claim())
    assert.ok(taken !== undefined)
    assert.equal(await store.postpone(taken, NOW + 500, 'timeout'), true)
    assert.deepEqual(await store.claim(claim({ now: NOW + 499 })), [])
    assert.deepEqual(ids(await store.claim(claim({ now: NOW + 500 }))), ['j'])
  })

  promise(
    'with a window of one a destination gets one job after the other, also over a failure, and keeps nobody else waiting',
    async (store) => {
      await filled(store, ['a1', 'a2'])
      await filled(store, ['b1'], 'b')
      const [first, other] = await store.claim(claim({ window: 1 }))
      assert.ok(first !== undefined && other !== undefined)
      assert.deepEqual([first.id, other.id], ['a1', 'b1'])
      assert.deepEqual(await store.claim(claim({ window: 1 })), [])
      await store.postpone(first, NOW + 10, 'timeout')
      assert.deepEqual(await store.claim(claim({ window: 1 })), [])
      const [again] = await store.claim(claim({ window: 1, now: NOW + 10 }))
      assert.ok(again !== undefined)
      await store.complete(again)
      assert.deepEqual(ids(await store.claim(claim({ window: 1 }))), ['a2'])
    },
  )

  promise('a window of two keeps two in play', async (store) => {
    await filled(store, ['a1', 'a2', 'a3'])
    assert.deepEqual(ids(await store.claim(claim({ window: 2 }))), ['a1', 'a2'])
    assert.deepEqual(await store.claim(claim({ window: 2 })), [])
  })

  promise('what is urgent goes first, and out of a destination that is held', async (store) => {
    await filled(store, ['plain'])
    await store.enqueue([job('urgent', 'a', { urgent: true })])
    assert.deepEqual(ids(await store.waiting('a', 10)), ['urgent', 'plain'])
    const held = await store.change(changeOf(destination('a'), { state: 'held' }))
    assert.ok(held !== 'changed_meanwhile')
    assert.deepEqual(ids(await store.waiting('a', 10)), ['urgent'])
    assert.deepEqual(ids(await store.claim(claim())), ['urgent'])
    assert.deepEqual(await store.claim(claim()), [])
    await store.change(changeOf(held, { state: 'open' }))
    assert.deepEqual(ids(await store.claim(claim())), ['plain'])
  })

  promise('what is fetched stays until it is acknowledged, by its own destination', async (store) => {
    await filled(store, ['a1', 'a2', 'a3'])
    await store.add(destination('b'))
    assert.deepEqual(ids(await store.waiting('a', 2)), ['a1', 'a2'])
    assert.equal(await store.acknowledge('b', ['a1']), 0)
    assert.equal(await store.acknowledge('a', ['a1', 'a3', 'unknown']), 2)
    assert.equal(await store.acknowledge('a', ['a1']), 0)
    assert.deepEqual(ids(await store.waiting('a', 10)), ['a2'])
    assert.deepEqual(await store.waiting('x', 10), [])
  })

  promise('of each kind it is known since when the first in line waits, and nothing of what was buried or is gone', async (store) => {
    assert.deepEqual(await store.oldestWaiting(), [])
    await store.add(destination('a'))
    await store.add(destination('b'))
    await store.add(destination('m', { kind: 'mail' }))
    await store.enqueue([
      job('a1', 'a', { createdAt: NOW - 50 }),
      job('b1', 'b', { createdAt: NOW - 80 }),
      job('b2', 'b', { createdAt: NOW - 70, urgent: true }),
      job('m1', 'm', { createdAt: NOW - 10 }),
    ])
    const oldest = async (): Promise<unknown> => new Map((await store.oldestWaiting()).map(({ kind, createdAt }) => [kind, createdAt]))
    assert.deepEqual(
      await oldest(),
      new Map([
        [PUSH, NOW - 80],
        ['mail', NOW - 10],
      ]),
    )
    await store.acknowledge('b', ['b1'])
    await store.refuse('m', new Map([['m1', 'no']]), NOW)
    assert.deepEqual(await oldest(), new Map([[PUSH, NOW - 70]]))
  })

  promise('what is refused or buried is kept apart, revived as if new, and swept in the end', async (store) => {
    await filled(store, ['a1', 'a2', 'a3'])
    await store.add(destination('b', { kind: 'mail' }))
    await filled(store, ['b1'], 'b')
    const [first] = await store.claim(claim({ limit: 1 }))
    assert.ok(first !== undefined)
    assert.equal(await store.bury(first, NOW + 1, 'invalid_request'), true)
    assert.equal(
      await store.refuse(
        'a',
        new Map([
          ['a2', 'invalid_key'],
          ['b1', 'x'],
          ['x', 'x'],
        ]),
        NOW + 1,
      ),
      1,
    )
    assert.deepEqual(await store.backlog('a'), { waiting: 1, dead: 2, oldestAt: NOW })
    assert.equal(await store.acknowledge('a', ['a1']), 0)
    assert.deepEqual(ids(await store.waiting('a', 10)), ['a3'])
    assert.equal(await store.revive('a', NOW + 5), 2)
    assert.deepEqual(await store.claim(claim({ now: NOW + 4, window: 1, limit: 1 })), [])
    const taken = await store.claim(claim({ now: NOW + 5, limit: 2 }))
    assert.deepEqual(
      taken.map(({ id, attempt }) => [id, attempt]),
      [
        ['a1', 1],
        ['a2', 1],
      ],
    )
    for (const each of taken) await store.bury(each, NOW + 10, 'again')
    assert.equal(await store.sweep(NOW + 10), 0)
    assert.equal(await store.sweep(NOW + 11), 2)
    assert.deepEqual(await store.backlog('a'), { waiting: 1, dead: 0, oldestAt: NOW })
    assert.deepEqual(await store.backlog('x'), { waiting: 0, dead: 0, oldestAt: undefined })
  })
}
