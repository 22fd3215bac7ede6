import type { Job } from '../job.ts'

const AT_ONCE = 500
/** Bounds one turn, so that a long absence is made up for in pieces and not in one breath. */
const MAX_ROUNDS = 20

/** Removes expired sessions, in small transactions between which others get theirs. */
export const sweepSessions: Job = {
  name: 'sweep-sessions',
  everyMs: 30_000,
  async run({ sessions }) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if ((await sessions.sweep(AT_ONCE)) < AT_ONCE) return
    }
  },
}
