import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, type Platform } from '../core/index.ts'
import { Replica } from '../revocation/index.ts'
import { ISSUER, SignedLog } from '../revocation/contract/signed-log.ts'
import type { ReportAnswer, VerifierReport } from './verifier-report.ts'
import { VerifierReports } from './verifier-reports.ts'

const turn = (): Promise<void> => new Promise(setImmediate)

/** Chance is always the longest: what is jittered comes as late, and what is shortened as soon, as it can. */
const random = { bytes: (length: number) => new Uint8Array(length).fill(255) }
const noFetch = (): never => assert.fail('reports go through their authority')

interface Settings {
  readonly name?: string
  readonly answer?: (report: VerifierReport, signal: AbortSignal) => Promise<ReportAnswer>
  readonly isOffered?: boolean
  readonly freshMs?: number
}

function reporting({ name, answer = async () => ({ isTaken: true }), isOffered = true, freshMs = 3_600_000 }: Settings = {}) {
  const clock = new ManualClock(1_000_000_000)
  const platform: Platform = { clock, random, fetch: noFetch }
  const log = new SignedLog(clock)
  const replica = new Replica({ issuer: ISSUER, clock, algorithms: ['ES256'], keys: () => log.keys, freshMs, graceMs: 3_600_000 })
  const heard: VerifierReport[] = []
  const authority = {
    isOffered,
    report: (report: VerifierReport, signal: AbortSignal) => {
      heard.push(report)
      return answer(report, signal)
    },
  }
  const reports = new VerifierReports({ authority, replica, platform, everyMs: 10_000, name, feed: 'sse' })
  const append = (count = 1): void => {
    for (let n = 0; n < count; n++) log.append('cutoff', 'session', `s${n}`)
    replica.receive(log.batch(replica.position))
  }
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await turn()
  }
  return { clock, log, replica, heard, authority, reports, append, pass }
}

/** After the first copy of the log and the first report, when a second one may come. */
async function followed(settings?: Settings) {
  const scene = reporting(settings)
  scene.append(3)
  scene.replica.loadSnapshot(scene.log.snapshot())
  scene.reports.start()
  await scene.pass(1000)
  await scene.pass(1000)
  assert.equal(scene.heard.length, 1)
  return scene
}

test('a verifier says how fresh it is when it begins, and again in less than ten seconds', async () => {
  const { heard, pass, reports } = await followed({ name: 'orders-7' })
  const [first] = heard
  assert.deepEqual(first, {
    instance: first?.instance,
    name: 'orders-7',
    feed: 'sse',
    state: 'fresh',
    position: 3,
    age_ms: 1000,
    every_ms: 10_000,
    sent_ms: 0,
  })
  assert.match(first?.instance ?? '', /^[A-Za-z0-9_-]{22}$/)
  await pass(6499)
  assert.equal(heard.length, 1)
  await pass(1)
  assert.deepEqual([heard.length, heard[1]?.age_ms, heard[1]?.sent_ms, heard[1]?.instance], [2, 8500, 7500, first?.instance])
  assert.deepEqual(reports.counts, { sent: 2, failed: 0 })
})

test('a verifier that becomes less fresh says so soon, and when it is fresh again', async () => {
  const { heard, log, replica, pass } = await followed({ freshMs: 5000 })
  await pass(3251)
  assert.deepEqual([heard.length, heard[1]?.state, heard[1]?.age_ms], [2, 'grace', 5251])
  await pass(1000)
  replica.loadSnapshot(log.snapshot())
  await pass(250)
  assert.deepEqual([heard.length, heard[2]?.state, heard[2]?.age_ms], [3, 'fresh', 250])
})

test('nothing is said to an issuer that takes no reports, until it does', async () => {
  const { heard, reports, authority, pass } = reporting({ isOffered: false })
  reports.start()
  await pass(60_000)
  assert.equal(heard.length, 0)
  authority.isOffered = true
  reports.start()
  reports.start()
  await pass(1000)
  assert.deepEqual([heard.length, heard[0]?.state, heard[0]?.age_ms], [1, 'stale', null])
})

test('a verifier that never had a copy of the log has applied nothing, and of its first copy nothing either', async () => {
  const { heard, replica, log, append, pass } = await followed()
  assert.equal(heard[0]?.applied, undefined)
  append()
  replica.loadSnapshot(log.snapshot())
  await pass(250)
  assert.deepEqual(heard.at(-1)?.applied, [{ after: 3, position: 4, held_ms: 250 }])
})

test('new entries are told soon, with the time for which they have been applied, each once', async () => {
  const { heard, append, pass } = await followed()
  append()
  await pass(100)
  append(2)
  await pass(149)
  assert.equal(heard.length, 1)
  await pass(1)
  assert.deepEqual(heard[1]?.applied, [
    { after: 3, position: 4, held_ms: 250 },
    { after: 4, position: 6, held_ms: 150 },
  ])
  await pass(10_000)
  assert.equal(heard.at(-1)?.applied, undefined)
})

test('what measures goes over a connection that was in use just now: where it was not, a plain report goes first', async () => {
  const { heard, append, pass } = await followed()
  await pass(3001)
  append()
  await pass(250)
  assert.deepEqual(
    heard.slice(1).map(({ applied }) => applied?.length),
    [undefined, 1],
  )
})

test('however much is revoked, a second passes between two reports, and none names more than sixteen groups', async () => {
  const { heard, append, pass } = await followed()
  for (let n = 0; n < 40; n++) {
    append()
    await pass(25)
  }
  assert.equal(heard.length, 2)
  await pass(1000)
  assert.equal(heard.length, 3)
  const applied = heard.slice(1).flatMap((report) => report.applied ?? [])
  assert.ok(heard.every((report) => (report.applied?.length ?? 0) <= 16))
  // Nothing is left out between them, and what is said of a group holds for its last.
  assert.deepEqual(
    applied.map(({ after }) => after),
    [3, ...applied.slice(0, -1).map(({ position }) => position)],
  )
  assert.equal(applied.at(-1)?.position, 43)
  assert.ok(heard.some(({ applied: groups }) => groups?.length === 16 && (groups[0]?.position ?? 0) - (groups[0]?.after ?? 0) > 1))
})

test('the issuer says over how long new entries are spread, and is not believed everything', async () => {
  const { heard, append, pass } = await followed({ answer: async () => ({ isTaken: true, spreadMs: 4000 }) })
  append()
  await pass(3999)
  assert.equal(heard.length, 1)
  await pass(1)
  assert.equal(heard.at(-1)?.applied?.length, 1)
})

test('what an issuer without an answer was told is told again, and later each time', async () => {
  let isAway = false
  const { heard, append, pass, reports } = await followed({
    answer: async () => {
      if (isAway) throw new Error('ECONNREFUSED')
      return { isTaken: true }
    },
  })
  isAway = true
  append()
  await pass(250)
  assert.deepEqual(reports.counts, { sent: 1, failed: 1 })
  // Nothing that happens meanwhile is a reason to hurry.
  append()
  await pass(4000)
  assert.deepEqual(reports.counts, { sent: 1, failed: 1 })
  await pass(20_000)
  const failures = reports.counts.failed
  isAway = false
  await pass(80_000)
  assert.ok(failures < 5 && reports.counts.sent > 1)
  const told = heard.findLast(({ applied }) => applied !== undefined)
  assert.deepEqual(
    told?.applied?.map(({ after, position }) => [after, position]),
    [
      [3, 4],
      [4, 5],
    ],
  )
})

test('what could not be told for an hour is not told any more, and the verifier is heard of again', async () => {
  let isAway = false
  const { heard, append, pass } = await followed({ answer: async () => ({ isTaken: !isAway }) })
  isAway = true
  append()
  for (let n = 0; n < 40; n++) await pass(100_000)
  append()
  isAway = false
  await pass(100_000)
  assert.deepEqual(heard.at(-1)?.applied, [{ after: 4, position: 5, held_ms: 100_000 }])
})

test('a verifier that is closed between two reports does not send the second', async () => {
  const { heard, append, pass, reports } = await followed({
    answer: async ({ sent_ms: sentMs }) => {
      if (sentMs > 0) reports.close()
      return { isTaken: true }
    },
  })
  await pass(3001)
  append()
  await pass(250)
  assert.equal(heard.length, 2)
})

test('Retry-After is honoured, for ten minutes at most', async () => {
  let retryAfterMs = 120_000
  const { heard, pass } = await followed({ answer: async () => ({ isTaken: false, retryAfterMs }) })
  retryAfterMs = 10 ** 12
  await pass(118_999)
  assert.equal(heard.length, 1)
  await pass(1)
  assert.equal(heard.length, 2)
  await pass(599_999)
  assert.equal(heard.length, 2)
  await pass(1)
  assert.equal(heard.length, 3)
})

test('one report is under way at a time, given up after five seconds, and what comes meanwhile follows it', async () => {
  const signals: AbortSignal[] = []
  const { heard, append, pass, reports } = reporting({
    answer: (_report, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    },
  })
  reports.start()
  await pass(1000)
  append()
  await pass(4999)
  assert.deepEqual([heard.length, signals[0]?.aborted], [1, false])
  await pass(1)
  assert.deepEqual([heard.length, signals[0]?.aborted], [1, true])
  assert.deepEqual(reports.counts, { sent: 0, failed: 1 })
  await pass(10_000)
  assert.equal(heard.length, 2)
})

test('a closed verifier says nothing more, and what it was about to say is given up', async () => {
  const signals: AbortSignal[] = []
  const { heard, append, pass, reports } = reporting({
    answer: (_report, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    },
  })
  reports.start()
  await pass(1000)
  reports.close()
  assert.equal(signals[0]?.aborted, true)
  append()
  await pass(600_000)
  reports.start()
  await pass(600_000)
  assert.equal(heard.length, 1)
})
