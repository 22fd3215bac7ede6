import type { Job } from '../job.ts'

/** Records what was only counted so far, and puts in its place what a server that was killed has left. */
export const keepAudit: Job = {
  name: 'keep-audit',
  everyMs: 60_000,
  run: ({ audit }) => audit.flush(),
}
