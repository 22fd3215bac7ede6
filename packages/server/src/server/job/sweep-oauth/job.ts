import type { Job } from '../job.ts'

const AT_ONCE = 500

/** Removes codes and tokens of applications that have expired. */
export const sweepOAuth: Job = {
  name: 'sweep-oauth',
  everyMs: 600_000,
  async run({ store, platform }) {
    while ((await store.oauth.sweep(platform.clock.now(), AT_ONCE)) >= AT_ONCE);
  },
}
