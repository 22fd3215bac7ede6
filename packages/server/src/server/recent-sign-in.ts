import { AuthError } from 'countersign/core'
import { type Caller, ownSession } from './caller.ts'
import type { Services } from './services.ts'

/** What changes how a person signs in, or is written to, takes somebody who has just proved to be that person: a stolen session must not be made to last. */
const RECENT_SECONDS = 300

type Needed = Pick<Services, 'sessions' | 'platform'>

/**
 * The session itself is asked, not its token: a step-up counts at once, and whoever signs requests has no token.
 *
 * @throws {AuthError} `step_up_required` when it is longer than five minutes ago that its person proved who they are.
 */
export async function requireRecentSignIn(session: string, { sessions, platform }: Needed): Promise<void> {
  const { authenticatedAt = 0 } = (await sessions.find(session)) ?? {}
  if (platform.clock.now() - authenticatedAt > RECENT_SECONDS * 1000) {
    throw new AuthError('step_up_required', { session, maxAgeSeconds: RECENT_SECONDS })
  }
}

/** The session that calls. @throws {AuthError} as `ownSession` and `requireRecentSignIn`. */
export async function recentSession(caller: Caller, services: Needed): Promise<ReturnType<typeof ownSession>> {
  const own = ownSession(caller)
  await requireRecentSignIn(own.session, services)
  return own
}
