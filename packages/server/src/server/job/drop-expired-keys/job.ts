import type { Job } from '../job.ts'

const AT_ONCE = 500
/** Bounds one turn. */
const MAX_ROUNDS = 20

/** Removes access keys that have expired: nothing accepts them any more. */
export const dropExpiredKeys: Job = {
  name: 'drop-expired-keys',
  everyMs: 60_000,
  async run({ accessKeys }) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if ((await accessKeys.dropExpired(AT_ONCE)) < AT_ONCE) return
    }
  },
}
