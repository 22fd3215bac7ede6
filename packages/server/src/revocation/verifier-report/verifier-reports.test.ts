import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemRandom } from 'countersign/core'
import { type LogEntry, ORIGIN_HASH, positionOf } from 'countersign/revocation'
import { MemoryVerifierReportStore } from '../../store/memory/verifier-report-store.ts'
import { bucketOf, type EntryPropagation, merged, propagationOfEntry, summarise } from './propagation.ts'
import type { GivenReport } from './verifier-report.ts'
import { MAX_INSTANCES, VerifierReports } from './verifier-reports.ts'

const NOW = 1_800_000_000_000
const fetch = (): never => assert.fail('nobody is called')

function scene(store = new MemoryVerifierReportStore(), clock = new ManualClock(NOW), isAlone = true) {
  const failures: unknown[] = []
  let head = 0
  const reports = new VerifierReports({
    store,
    platform: { clock, random: systemRandom, fetch },
    isAlone,
    services: async () => ['a', 'b'].map((id) => ({ id: `svc_${id}`, name: `service ${id}` })),
    head: async () => head,
    onFailure: (error) => failures.push(error),
  })
  /** A restored database: the next entry begins an epoch. */
  const restored = (): void => {
    head = positionOf(47, 0) - 1
  }
  /** So many entries are committed and told, the commit so long ago. */
  const told = (count = 1, sinceHeardMs: number | undefined = 0, at = clock.now()): void => {
    const entries: LogEntry[] = Array.from({ length: count }, () => ({
      position: ++head,
      hash: ORIGIN_HASH,
      at,
      expiresAt: at + 1000,
      kind: 'cutoff',
      target: { kind: 'session', id: 's' },
      mode: 'hard',
    }))
    reports.told({ type: 'entries', entries, sinceHeardMs })
  }
  return { store, clock, reports, failures, told, restored }
}

const report = (instance: string, change: Partial<GivenReport> = {}): GivenReport => ({
  instance,
  name: undefined,
  feed: 'sse',
  state: 'fresh',
  position: 0,
  ageMs: 100,
  everyMs: 10_000,
  sentMs: 0,
  applied: [],
  ...change,
})
const applied = (after: number, position: number, heldMs: number) => ({ applied: [{ after, position, heldMs }], position })

test('from a commit to a refusal it took at most: until the report was heard, less the time for which the entry had been applied', async () => {
  const { reports, clock, told } = scene()
  // Committed 2 ms ago, and told just now.
  told(1, 2)
  clock.advance(400)
  reports.take('svc_a', report('x', applied(0, 1, 398)))
  clock.advance(100)
  reports.take('svc_a', report('y', applied(0, 1, 490)))
  const measured = await reports.propagationOf([1, 2])
  assert.deepEqual([...measured.keys()], [1])
  const { verifiers, medianMs = 0, slowestMs } = measured.get(1) ?? {}
  assert.deepEqual([verifiers, slowestMs], [2, 12])
  assert.ok(medianMs >= 4 && medianMs <= 4.4)
})

test('the way of a report counts as the quickest of the last minute was', async () => {
  const { reports, clock, told } = scene()
  reports.take('svc_a', report('x', { sentMs: 5000 }))
  told(1)
  // Applied after 3 ms, sent after 10, and 40 on its way.
  clock.advance(50)
  reports.take('svc_a', report('x', { sentMs: 5010, ...applied(0, 1, 7) }))
  const slowestMs = (await reports.propagationOf([1])).get(1)?.slowestMs ?? 0
  assert.ok(slowestMs >= 3 && slowestMs < 3.01, String(slowestMs))
})

test('a report that was lost on its way back and comes again counts once', async () => {
  const { reports, told } = scene()
  told(3)
  reports.take('svc_a', report('x', applied(0, 2, 0)))
  reports.take('svc_a', report('x', applied(0, 3, 0)))
  const measured = await reports.propagationOf([1, 2, 3])
  assert.deepEqual(
    [...measured.values()].map(({ verifiers }) => verifiers),
    [1, 1, 1],
  )
})

test('what nobody can have seen is not counted: longer held than it is there, of entries that are not, or before this server was', async () => {
  const { reports, told, clock } = scene()
  told(1)
  clock.advance(5)
  reports.take('svc_a', report('x', applied(0, 1, 6)))
  reports.take('svc_a', report('y', applied(1, Number.MAX_SAFE_INTEGER, 0)))
  assert.equal((await reports.propagation(60)).samples, 0)
  told(1)
  reports.take('svc_a', report('z', applied(0, 2, 0)))
  assert.equal((await reports.propagation(60)).samples, 2)
})

test('one report counts for five hundred entries at most, and ten thousand are remembered', async () => {
  const { reports, told, clock } = scene()
  told(800)
  reports.take('svc_a', report('x', applied(0, 800, 0)))
  assert.equal((await reports.propagation(60)).samples, 500)
  for (let n = 0; n < 13; n++) {
    told(800)
    clock.advance(60_000)
    await reports.share()
  }
  reports.take('svc_a', report('y', applied(0, 2000, 0)))
  // What is out of reach has left no room for others.
  assert.deepEqual([...(await reports.propagationOf([1200, 1201])).keys()], [1201])
})

test('a new epoch, so many positions away, is one entry more', async () => {
  const { reports, told, restored } = scene()
  told(10)
  restored()
  told(10_005)
  const first = positionOf(47, 0)
  reports.take('svc_a', report('x', applied(first + 3, first + 7, 0)))
  assert.deepEqual([...(await reports.propagationOf([10, first + 4, first + 5, first + 7])).keys()], [first + 5, first + 7])
})

test('whatever times verifiers make up, of an entry a bounded number is kept, and the bounds hold', async () => {
  const { store, reports, told, clock } = scene()
  told(1)
  clock.advance(3_000_000)
  for (let n = 0; n < 300; n++) reports.take('svc_a', report(`i${n}`, applied(0, 1, 3_000_000 - 0.1 * 1.05 ** n)))
  const measured = (await reports.propagationOf([1])).get(1)
  const [{ buckets } = assert.fail()] = await store.propagationOf([1])
  assert.equal(measured?.verifiers, 300)
  assert.ok(buckets.length <= 65, String(buckets.length))
  assert.equal(
    buckets.reduce((sum, [, count]) => sum + count, 0),
    300,
  )
  assert.ok(measured.medianMs >= 0.1 * 1.05 ** 149 && measured.slowestMs < 1.1 * 0.1 * 1.05 ** 299)
})

test('a clock that is set back makes nobody fresh, and whoever reports is heard', async () => {
  const store = new MemoryVerifierReportStore()
  const clock = new ManualClock(NOW)
  const { reports } = scene(store, clock)
  reports.take('svc_a', report('ended'))
  reports.take('svc_a', report('x'))
  await reports.share()
  clock.stepWall(-3_600_000)
  reports.take('svc_a', report('x', { state: 'grace' }))
  assert.deepEqual(
    (await reports.list()).verifiers.map(({ instance, state }) => `${instance} ${state}`),
    ['ended silent', 'x grace'],
  )
})

test('where other servers commit too, the time in the entry counts, unless we have heard of it before', async () => {
  const { reports, told, clock } = scene(undefined, undefined, false)
  told(1, 1, clock.now() - 30)
  told(1, 9, clock.now() + 1000)
  reports.take('svc_a', report('x', applied(0, 2, 0)))
  const measured = await reports.propagationOf([1, 2])
  assert.deepEqual([measured.get(1)?.slowestMs, measured.get(2)?.slowestMs], [30, 9])
})

test('what one server has heard the others show, and what both have heard is one', async () => {
  const store = new MemoryVerifierReportStore()
  const clock = new ManualClock(NOW)
  const [one, other] = [scene(store, clock, false), scene(store, clock, false)]
  for (const each of [one, other]) each.told(1, 0)
  clock.advance(8)
  one.reports.take('svc_a', report('x', applied(0, 1, 4)))
  other.reports.take('svc_a', report('y', applied(0, 1, 0)))
  clock.advance(1000)
  await new Promise(setImmediate)
  assert.deepEqual(
    (await one.reports.list()).verifiers.map(({ instance }) => instance),
    ['x', 'y'],
  )
  const { slowestMs, samples, entries } = await other.reports.propagation(60)
  assert.deepEqual({ slowestMs, samples, entries }, { slowestMs: 8, samples: 2, entries: 1 })
})

test('whose report is overdue is silent, and after ten minutes nobody speaks of them', async () => {
  const { reports, clock } = scene()
  const listed = async (): Promise<readonly string[]> =>
    (await reports.list()).verifiers.map(({ service, instance, state }) => `${service.name} ${instance} ${state}`)
  reports.take('svc_a', report('x', { state: 'grace' }))
  reports.take('svc_b', report('x', { everyMs: 60_000 }))
  reports.take('svc_gone', report('x'))
  clock.advance(25_000)
  assert.deepEqual(await listed(), ['service a x grace', 'service b x fresh'])
  clock.advance(1)
  assert.deepEqual(await listed(), ['service a x silent', 'service b x fresh'])
  clock.advance(575_000)
  assert.deepEqual(await listed(), [])
})

test('a service has a thousand verifiers at most, in memory and beyond: whoever was silent for longest goes, and no one of another service', async () => {
  const { reports, clock } = scene()
  reports.take('svc_b', report('x'))
  for (let n = 0; n <= MAX_INSTANCES; n++) {
    clock.advance(10)
    reports.take('svc_a', report(`i${n}`))
  }
  const { verifiers } = await reports.list()
  const names = new Set(verifiers.map(({ service, instance }) => `${service.id} ${instance}`))
  assert.equal(names.size, MAX_INSTANCES + 1)
  assert.ok(names.has('svc_b x') && names.has('svc_a i1') && !names.has('svc_a i0'))
  // The more there are, the longer they are asked to take.
  assert.deepEqual(reports.take('svc_b', report('x')), { spreadMs: 5000 })
})

test('one service that reports too often waits, and no other does', () => {
  const { reports, clock } = scene()
  const flood = (): number => {
    for (let n = 0; ; n++) {
      try {
        reports.take('svc_a', report('x'))
      } catch (error) {
        assert.ok(error instanceof AuthError && error.code === 'rate_limited')
        assert.equal(error.detail['retryAfterSeconds'], 1)
        return n
      }
    }
  }
  assert.equal(flood(), 1500)
  assert.deepEqual(reports.take('svc_b', report('x')), { spreadMs: 250 })
  clock.advance(100)
  assert.equal(flood(), 30)
})

test('what could not be handed on is handed on later, and only what is new since', async () => {
  const store = new MemoryVerifierReportStore()
  const { reports, clock, failures, told } = scene(store)
  const note = store.note.bind(store)
  let notes = 0
  store.note = async (...heard) => {
    if (++notes < 3) throw new AuthError('unavailable')
    await note(...heard)
  }
  told(1)
  reports.take('svc_a', report('x', applied(0, 1, 0)))
  for (let n = 1; n <= 4; n++) {
    clock.advance(1000)
    await new Promise(setImmediate)
  }
  assert.deepEqual([failures.length, notes], [2, 3])
  // Whoever looks meanwhile is shown what there is.
  reports.take('svc_a', report('x'))
  notes = 0
  assert.equal((await reports.list()).verifiers.length, 1)
  assert.equal((await reports.propagationOf([1])).size, 1)
  notes = 3
  await reports.share()
  assert.equal((await store.verifiers(0)).length, 1)
  assert.equal((await store.propagationOf([1])).length, 1)
  const handedOn = notes
  reports.take('svc_a', report('x'))
  reports.stop()
  clock.advance(60_000)
  await new Promise(setImmediate)
  assert.equal(notes, handedOn)
})

const entry = (position: number, slowestMs: number, at = NOW, change: Partial<EntryPropagation> = {}): EntryPropagation => ({
  position,
  at,
  verifiers: 1,
  slowestMs,
  buckets: [[bucketOf(slowestMs), 1]],
  ...change,
})

test('of a summary each figure is a time that was measured, of the slowest verifier of an entry', () => {
  const minute = Math.floor(NOW / 60_000) * 60_000
  const entries = Array.from({ length: 100 }, (_, n) => entry(n, n + 1, n < 60 ? minute : minute + 60_000))
  const { minutes, ...all } = summarise(entries, NOW)
  assert.deepEqual(all, { medianMs: 50, p99Ms: 99, slowestMs: 100, samples: 100, entries: 100, since: NOW })
  assert.deepEqual(minutes, [
    { at: minute, medianMs: 30, p99Ms: 60, slowestMs: 60, samples: 60, entries: 60 },
    { at: minute + 60_000, medianMs: 80, p99Ms: 100, slowestMs: 100, samples: 40, entries: 40 },
  ])
  const nothing = { medianMs: undefined, p99Ms: undefined, slowestMs: undefined, samples: 0, entries: 0, since: NOW, minutes: [] }
  assert.deepEqual(summarise([], NOW), nothing)
})

test('the median of an entry is no less than it was, and at most a tenth more', () => {
  for (const ms of [0, 0.05, 0.1, 0.11, 1.2, 4.7, 999, 60_000, 3_600_000]) {
    const one = entry(1, ms * 2, NOW, {
      verifiers: 3,
      buckets: [bucketOf(ms), bucketOf(ms / 2), bucketOf(ms * 2)].map((each) => [each, 1]),
    })
    const { medianMs } = propagationOfEntry([...merged([one]).values()][0] ?? one)
    assert.ok(medianMs >= ms && medianMs <= Math.max(0.1, ms * 1.1), `${ms}: ${medianMs}`)
  }
})
