import { dropExpiredKeys } from './drop-expired-keys/job.ts'
import { endAbandonedStreams } from './end-abandoned-streams/job.ts'
import { forgetLog } from './forget-log/job.ts'
import type { Job } from './job.ts'
import { maintainKeys } from './maintain-keys/job.ts'
import { resealAccessKeys } from './reseal-access-keys/job.ts'
import { sweepSessions } from './sweep-sessions/job.ts'

/** Everything that the server does without being asked. */
export const jobs: readonly Job[] = Object.freeze([
  maintainKeys,
  forgetLog,
  sweepSessions,
  dropExpiredKeys,
  resealAccessKeys,
  endAbandonedStreams,
])
