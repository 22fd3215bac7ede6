import type { Job } from '../job.ts'

/** Drops cut-offs that no living token can need. */
export const forgetLog: Job = {
  name: 'forget-log',
  everyMs: 60_000,
  async run({ store, platform }) {
    await store.log.forget(platform.clock.now())
  },
}
