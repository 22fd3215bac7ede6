import type { Job } from '../job.ts'

const DAY_MS = 86_400_000
/** As for the secrets of access keys: other servers may still be on their way to the new list. */
const RESTART_MS = 600_000

/** Seals the secrets of authenticator apps under the newest master secret, so that nobody has to enrol again before an older one may go. */
export const resealTotp: Job = {
  name: 'reseal-totp',
  everyMs: DAY_MS,
  firstAfterMs: RESTART_MS,
  async run({ totpSealing, log }) {
    const { resealed, lost } = await totpSealing.renew()
    if (resealed > 0) log.info({ factors: resealed }, 'authenticator apps were sealed under the newest master secret')
    if (lost > 0) log.warn({ factors: lost }, 'authenticator apps were sealed under a master secret that is not in the list')
  },
}
