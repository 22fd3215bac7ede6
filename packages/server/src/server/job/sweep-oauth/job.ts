import type { Job } from '../job.ts'

const AT_ONCE = 500

/** Removes codes, tokens and invitations of applications that have expired, and who would have been told of sessions that have. */
export const sweepOAuth: Job = {
  name: 'sweep-oauth',
  everyMs: 600_000,
  async run({ store, platform, clientInvitations }) {
    while ((await store.oauth.sweep(platform.clock.now(), AT_ONCE)) >= AT_ONCE);
    while ((await store.sessionClients.sweep(platform.clock.now(), AT_ONCE)) >= AT_ONCE);
    while ((await clientInvitations.sweep(AT_ONCE)) >= AT_ONCE);
  },
}
