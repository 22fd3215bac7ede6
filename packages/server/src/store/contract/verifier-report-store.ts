import assert from 'node:assert/strict'
import type { EntryPropagation, ReportedVerifier } from '../../revocation/verifier-report/index.ts'
import type { Store } from '../store.ts'
import { NOW } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

const MANY = 100

const verifier = (instance: string, change: Partial<ReportedVerifier> = {}): ReportedVerifier => ({
  service: 'svc_a',
  instance,
  name: 'orders „7“',
  feed: 'sse',
  state: 'fresh',
  position: 2 ** 40,
  ageMs: 412,
  everyMs: 10_000,
  receivedAt: NOW,
  ...change,
})

const entry = (position: number, change: Partial<EntryPropagation> = {}): EntryPropagation => ({
  position,
  at: NOW,
  verifiers: 3,
  slowestMs: 4.75,
  buckets: [
    [31, 2],
    [45, 1],
  ],
  ...change,
})

/** What `VerifierReportStore` promises, for any store. */
export function verifierReportStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)
  const verifiers = async (store: Store, since = 0): Promise<readonly string[]> =>
    (await store.verifierReports.verifiers(since)).map(({ service, instance, state }) => `${service} ${instance} ${state}`)
  const note = (store: Store, ...heard: readonly ReportedVerifier[]): Promise<void> =>
    store.verifierReports.note('srv_1', { verifiers: heard, propagation: [] }, MANY)

  promise('what verifiers have said of themselves is there as they said it, by service and instance', async (store) => {
    const nameless = verifier('b', { name: undefined, ageMs: undefined, state: 'stale', feed: 'other', position: 0 })
    await note(store, verifier('c', { service: 'svc_b' }), nameless, verifier('a'))
    assert.deepEqual(await store.verifierReports.verifiers(0), [verifier('a'), nameless, verifier('c', { service: 'svc_b' })])
  })

  promise('the newest report of a verifier stays, in whichever order the servers say what they heard', async (store) => {
    await note(store, verifier('a', { state: 'grace', receivedAt: NOW + 5 }))
    await note(store, verifier('a', { state: 'stale', receivedAt: NOW + 4 }), verifier('b'))
    assert.deepEqual(await verifiers(store), ['svc_a a grace', 'svc_a b fresh'])
    await note(store, verifier('a', { receivedAt: NOW + 6 }))
    assert.deepEqual(await verifiers(store), ['svc_a a fresh', 'svc_a b fresh'])
    assert.deepEqual(await verifiers(store, NOW + 6), ['svc_a a fresh'])
    // A clock was set back by more than clocks are apart.
    await note(store, verifier('a', { state: 'stale', receivedAt: NOW + 6 - 60_000 }))
    await note(store, verifier('b', { state: 'grace', receivedAt: NOW - 60_001 }))
    assert.deepEqual(await verifiers(store), ['svc_a a fresh', 'svc_a b grace'])
  })

  promise('a verifier of one service is none of another, whatever it calls itself', async (store) => {
    await note(store, verifier('a'), verifier('a', { service: 'svc_b', state: 'stale' }))
    assert.deepEqual(await verifiers(store), ['svc_a a fresh', 'svc_b a stale'])
  })

  promise('of a service that has too many verifiers the one goes that was not heard of for longest, and none of others', async (store) => {
    const { verifierReports } = store
    const heard = [verifier('x', { service: 'svc_b', receivedAt: NOW - 9 }), verifier('a', { receivedAt: NOW - 2 }), verifier('b')]
    await verifierReports.note('srv_1', { verifiers: heard, propagation: [] }, 2)
    await verifierReports.note('srv_2', { verifiers: [verifier('c', { receivedAt: NOW - 1 })], propagation: [] }, 2)
    assert.deepEqual(await verifiers(store), ['svc_a b fresh', 'svc_a c fresh', 'svc_b x fresh'])
  })

  promise('of an entry each server has one word, its last; the newest entries come first', async (store) => {
    const { verifierReports } = store
    const say = (server: string, ...propagation: readonly EntryPropagation[]): Promise<void> =>
      verifierReports.note(server, { verifiers: [], propagation }, MANY)
    await say('srv_1', entry(7), entry(8, { at: NOW + 1 }))
    await say('srv_1', entry(7, { verifiers: 4, slowestMs: 0.125, buckets: [[3, 4]] }))
    await say('srv_2', entry(7, { verifiers: 1 }))
    const of = (entries: readonly EntryPropagation[]) => entries.map(({ position, verifiers: count }) => `${position} ${count}`).sort()
    assert.deepEqual(of(await verifierReports.propagationOf([7, 9])), ['7 1', '7 4'])
    assert.deepEqual(await verifierReports.propagationOf([]), [])
    const [newest] = await verifierReports.propagation(NOW, 1)
    assert.deepEqual(newest, entry(8, { at: NOW + 1 }))
    assert.deepEqual(of(await verifierReports.propagation(NOW + 1, MANY)), ['8 3'])
    assert.equal((await verifierReports.propagation(NOW, MANY)).length, 3)
  })

  promise('what is old is forgotten, and of entries what is further from the newest than is wanted', async (store) => {
    const { verifierReports } = store
    const propagation = [entry(3, { at: NOW - 5 }), entry(9), entry(10), entry(11)]
    await verifierReports.note('srv_1', { verifiers: [verifier('a', { receivedAt: NOW - 1 }), verifier('b')], propagation }, MANY)
    await verifierReports.forget(NOW, { before: NOW - 4, maximum: 2 })
    assert.deepEqual(await verifiers(store), ['svc_a b fresh'])
    assert.deepEqual(
      (await verifierReports.propagation(0, MANY)).map(({ position }) => position),
      [11, 10],
    )
  })
}
