import type { Job } from '../job.ts'

const AT_ONCE = 500

/** Drops what was noted of leases that ended long ago, a piece at a time. */
export const forgetLeases: Job = {
  name: 'forget-leases',
  everyMs: 3_600_000,
  run: async ({ leases }) => void (await leases.sweep(AT_ONCE)),
}
