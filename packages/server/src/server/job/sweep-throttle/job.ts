import type { Job } from '../job.ts'

/** Drops the counters of attempts that are forgotten. */
export const sweepThrottle: Job = {
  name: 'sweep-throttle',
  everyMs: 60_000,
  async run({ throttle }) {
    await throttle.sweep()
  },
}
