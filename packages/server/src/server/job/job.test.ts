import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from 'countersign/core'
import type { Services } from '../services.ts'
import { startJobs } from './job.ts'
import { Telemetry } from '../telemetry/index.ts'
import { resealSecrets } from './reseal-secrets/job.ts'

const MINUTE_MS = 60_000
/** Of whom it is on record does not matter here. */
const audit = { from: <Result>(_origin: unknown, work: () => Result): Result => work() }

test('[G05] what is sealed is sealed anew ten minutes after the start, and daily from then on', async () => {
  const clock = new ManualClock(1_800_000_000_000)
  let runs = 0
  const secretRotation = { reseal: async () => ({ access_keys: { resealed: ++runs, lost: 0 } }) }
  // All that this job and the clock of the jobs ask for.
  const log = { info: () => undefined, warn: assert.fail }
  const telemetry = new Telemetry(clock)
  const services = { platform: { clock }, secretRotation, log, telemetry, audit } as unknown as Services
  const stop = startJobs([resealSecrets], services)
  const runsAfter = async (ms: number): Promise<number> => {
    clock.advance(ms)
    await new Promise(setImmediate)
    return runs
  }
  assert.equal(await runsAfter(9 * MINUTE_MS), 0)
  assert.equal(await runsAfter(MINUTE_MS), 1)
  assert.equal(await runsAfter(23 * 60 * MINUTE_MS), 1)
  assert.equal(await runsAfter(60 * MINUTE_MS), 2)
  stop()
  assert.equal(await runsAfter(24 * 60 * MINUTE_MS), 2)
})

test('[J04] every run of a job is counted and measured, also one that fails', async () => {
  const clock = new ManualClock(1_800_000_000_000)
  const telemetry = new Telemetry(clock)
  let runs = 0
  const job = {
    name: 'tidy',
    everyMs: MINUTE_MS,
    run: async (): Promise<void> => {
      if (++runs === 2) throw new Error('not this time')
    },
  }
  const stop = startJobs([job], { platform: { clock }, log: { warn: () => undefined }, telemetry, audit } as unknown as Services)
  for (let turn = 0; turn < 3; turn++) {
    clock.advance(MINUTE_MS)
    await new Promise(setImmediate)
  }
  stop()
  const { jobRuns, jobSeconds } = telemetry.metrics
  assert.deepEqual(
    jobRuns.family.samples.map(({ labels, value }) => [labels['job'], labels['outcome'], value]),
    [
      ['tidy', 'done', 2],
      ['tidy', 'failed', 1],
    ],
  )
  assert.equal(jobSeconds.family.samples.at(-1)?.value, 3)
})
