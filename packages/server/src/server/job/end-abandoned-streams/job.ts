import type { Job } from '../job.ts'

const DAY_MS = 86_400_000
/** So long an operator may send again what was refused. */
const BURIED_FOR_MS = 30 * DAY_MS

/** Ends streams whose receivers take nothing any more, and drops what was refused long ago, and delivered. */
export const endAbandonedStreams: Job = {
  name: 'end-abandoned-streams',
  everyMs: 60_000,
  async run({ store, platform, transmitter, webhookDeliveries }) {
    await transmitter.endAbandoned()
    await webhookDeliveries.sweep()
    await store.deliveries.sweep(platform.clock.now() - BURIED_FOR_MS)
  },
}
