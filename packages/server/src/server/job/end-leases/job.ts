import type { Job } from '../job.ts'

const AT_ONCE = 100
/** Bounds one turn. */
const MAX_ROUNDS = 20

/** Ends the leases whose time is over. Nobody can sign in by them, and no token lives on, by then: this tells the log, and frees their users. */
export const endLeases: Job = {
  name: 'end-leases',
  everyMs: 1000,
  act: 'endLease',
  async run({ leases }) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if ((await leases.endDue(AT_ONCE)) < AT_ONCE) return
    }
  },
}
