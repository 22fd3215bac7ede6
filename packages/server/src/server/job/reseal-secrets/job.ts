import type { Job } from '../job.ts'

const DAY_MS = 86_400_000
/** Other servers on the database may still be on their way to the new list, and could not open what is sealed under its first. */
const RESTART_MS = 600_000

/** Seals everything under the newest master secret, so that nobody has to replace a key, or enrol again, before an older one may go. */
export const resealSecrets: Job = {
  name: 'reseal-secrets',
  everyMs: DAY_MS,
  firstAfterMs: RESTART_MS,
  async run({ secretRotation, log }) {
    for (const [kind, { resealed, lost }] of Object.entries(await secretRotation.reseal())) {
      if (resealed > 0) log.info({ kind, count: resealed }, 'was sealed under the newest master secret')
      if (lost > 0) log.warn({ kind, count: lost }, 'is sealed under a master secret that is not in the list')
    }
  },
}
