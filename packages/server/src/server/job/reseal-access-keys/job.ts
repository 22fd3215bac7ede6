import type { Job } from '../job.ts'

const DAY_MS = 86_400_000
/** Other servers on the database may still be on their way to the new list, and could not open what is sealed under its first. */
const RESTART_MS = 600_000

/** Seals the secrets of access keys under the newest master secret, so that nobody has to replace a key before an older one may go. */
export const resealAccessKeys: Job = {
  name: 'reseal-access-keys',
  everyMs: DAY_MS,
  firstAfterMs: RESTART_MS,
  async run({ accessKeySealing, log }) {
    const { resealed, lost } = await accessKeySealing.renew()
    if (resealed > 0) log.info({ keys: resealed }, 'access keys were sealed under the newest master secret')
    if (lost > 0) log.warn({ keys: lost }, 'access keys were sealed under a master secret that is not in the list')
  },
}
