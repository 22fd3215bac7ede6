import { dropExpiredKeys } from './drop-expired-keys/job.ts'
import { endAbandonedStreams } from './end-abandoned-streams/job.ts'
import { endElevations } from './end-elevations/job.ts'
import { endLeases } from './end-leases/job.ts'
import { forgetAudit } from './forget-audit/job.ts'
import { keepAudit } from './keep-audit/job.ts'
import { forgetLeases } from './forget-leases/job.ts'
import { forgetElevations } from './forget-elevations/job.ts'
import { forgetLog } from './forget-log/job.ts'
import type { Job } from './job.ts'
import { maintainKeys } from './maintain-keys/job.ts'
import { noteApiKeyUses } from './note-api-key-uses/job.ts'
import { resealSecrets } from './reseal-secrets/job.ts'
import { sweepLinks } from './sweep-links/job.ts'
import { sweepOAuth } from './sweep-oauth/job.ts'
import { sweepSessions } from './sweep-sessions/job.ts'
import { sweepThrottle } from './sweep-throttle/job.ts'

/** Everything that the server does without being asked. */
export const jobs: readonly Job[] = Object.freeze([
  maintainKeys,
  keepAudit,
  forgetAudit,
  forgetLog,
  sweepSessions,
  sweepLinks,
  sweepOAuth,
  endElevations,
  forgetElevations,
  endLeases,
  forgetLeases,
  sweepThrottle,
  dropExpiredKeys,
  resealSecrets,
  noteApiKeyUses,
  endAbandonedStreams,
])
