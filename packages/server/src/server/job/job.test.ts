import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from 'countersign/core'
import type { Services } from '../services.ts'
import { startJobs } from './job.ts'
import { resealSecrets } from './reseal-secrets/job.ts'

const MINUTE_MS = 60_000

test('[G05] what is sealed is sealed anew ten minutes after the start, and daily from then on', async () => {
  const clock = new ManualClock(1_800_000_000_000)
  let runs = 0
  const secretRotation = { reseal: async () => ({ access_keys: { resealed: ++runs, lost: 0 } }) }
  // All that this job and the clock of the jobs ask for.
  const services = { platform: { clock }, secretRotation, log: { info: () => undefined, warn: assert.fail } } as unknown as Services
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
