import type { Job } from '../job.ts'

/** Writes when API keys were last used. */
export const noteApiKeyUses: Job = {
  name: 'note-api-key-uses',
  everyMs: 30_000,
  run: ({ apiKeyUses }) => apiKeyUses.flush(),
}
