import type { Job } from '../job.ts'

const AT_ONCE = 100
/** Bounds one turn. */
const MAX_ROUNDS = 20

/** Notes the end of roles whose time is over. Tokens with them are dead by then: this tells the log, and whoever reads it. */
export const endElevations: Job = {
  name: 'end-elevations',
  everyMs: 1000,
  act: 'endElevation',
  async run({ elevations }) {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if ((await elevations.endDue(AT_ONCE)) < AT_ONCE) return
    }
  },
}
