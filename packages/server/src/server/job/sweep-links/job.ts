import type { Job } from '../job.ts'

const AT_ONCE = 500

/** Removes links that have expired: they were good for nothing any more. */
export const sweepLinks: Job = {
  name: 'sweep-links',
  everyMs: 600_000,
  async run({ store, platform }) {
    while ((await store.links.sweep(platform.clock.now(), AT_ONCE)) === AT_ONCE);
  },
}
