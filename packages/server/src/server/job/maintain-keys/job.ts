import type { Job } from '../job.ts'

/** Takes over other servers' keys, rotates what is due, drops what no living token needs. */
export const maintainKeys: Job = {
  name: 'maintain-keys',
  everyMs: 60_000,
  act: 'maintainSigningKeys',
  run: ({ keys }) => keys.maintain(),
}
