import { forgetLog } from './forget-log/job.ts'
import type { Job } from './job.ts'
import { maintainKeys } from './maintain-keys/job.ts'
import { sweepSessions } from './sweep-sessions/job.ts'

/** Everything that the server does without being asked. */
export const jobs: readonly Job[] = Object.freeze([maintainKeys, forgetLog, sweepSessions])
