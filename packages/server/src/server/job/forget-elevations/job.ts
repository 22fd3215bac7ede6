import type { Job } from '../job.ts'

const AT_ONCE = 500

/** Drops what was noted of roles that ended long ago, a piece at a time. */
export const forgetElevations: Job = {
  name: 'forget-elevations',
  everyMs: 3_600_000,
  run: async ({ elevations }) => void (await elevations.sweep(AT_ONCE)),
}
