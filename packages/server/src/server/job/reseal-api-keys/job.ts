import type { Job } from '../job.ts'
import { resealAccessKeys } from '../reseal-access-keys/job.ts'

/** Seals the hashes of API keys under the newest master secret, as the secrets of access keys. */
export const resealApiKeys: Job = {
  ...resealAccessKeys,
  name: 'reseal-api-keys',
  async run({ apiKeys, log }) {
    const { resealed, lost } = await apiKeys.reseal()
    if (resealed > 0) log.info({ keys: resealed }, 'API keys were sealed under the newest master secret')
    if (lost > 0) log.warn({ keys: lost }, 'API keys were sealed under a master secret that is not in the list')
  },
}
