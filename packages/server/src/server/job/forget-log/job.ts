import type { Job } from '../job.ts'

/** Drops cut-offs that no living token can need, once every stream of events has them. */
export const forgetLog: Job = {
  name: 'forget-log',
  everyMs: 60_000,
  async run({ store, platform, transmitter }) {
    await transmitter.copyAll()
    await store.log.forget(platform.clock.now())
  },
}
