import { dropExpiredKeys } from './drop-expired-keys/job.ts'
import { endAbandonedStreams } from './end-abandoned-streams/job.ts'
import { endElevations } from './end-elevations/job.ts'
import { forgetElevations } from './forget-elevations/job.ts'
import { forgetLog } from './forget-log/job.ts'
import type { Job } from './job.ts'
import { maintainKeys } from './maintain-keys/job.ts'
import { noteApiKeyUses } from './note-api-key-uses/job.ts'
import { resealAccessKeys } from './reseal-access-keys/job.ts'
import { resealApiKeys } from './reseal-api-keys/job.ts'
import { resealTotp } from './reseal-totp/job.ts'
import { sweepLinks } from './sweep-links/job.ts'
import { sweepSessions } from './sweep-sessions/job.ts'
import { sweepThrottle } from './sweep-throttle/job.ts'

/** Everything that the server does without being asked. */
export const jobs: readonly Job[] = Object.freeze([
  maintainKeys,
  forgetLog,
  sweepSessions,
  sweepLinks,
  endElevations,
  forgetElevations,
  sweepThrottle,
  dropExpiredKeys,
  resealAccessKeys,
  resealTotp,
  resealApiKeys,
  noteApiKeyUses,
  endAbandonedStreams,
])
