import { AuthError } from 'countersign/core'
import * as z from 'zod'
import type { DirectoryPlace, ListedSession } from '../session/session-directory.ts'
import { ENROLMENT } from '../session/index.ts'
import { type Caller, isOperator } from './caller.ts'
import { InvalidRequest } from './field-error.ts'
import { type Shown, showSession } from './representation.ts'
import { userId } from './schema.ts'
import type { Services } from './services.ts'

export interface SessionsQuery {
  readonly user?: string | undefined
  readonly everyone?: 'true' | undefined
  readonly search?: string | undefined
  readonly after?: DirectoryPlace | undefined
  readonly limit?: number | undefined
}

const DEFAULT_LIMIT = 50
const MOST_ON_PAGE = 200

export const sessionsQuery: z.ZodType<SessionsQuery> = z.strictObject({
  user: userId.optional(),
  everyone: z.literal('true').optional(),
  search: z.string().min(1).max(200).optional(),
  after: z
    .string()
    .regex(/^\d{1,15}~[A-Za-z0-9_-]{1,64}$/)
    .transform(placeOf)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .pipe(z.number().max(MOST_ON_PAGE))
    .optional(),
})

function placeOf(text: string): DirectoryPlace {
  const [createdAt = '', id = ''] = text.split('~')
  return { createdAt: Number(createdAt), id }
}

/** What only makes sense for the sessions of all people. @throws {AuthError} `request_invalid`. */
export function refusePages({ search, after, limit }: SessionsQuery): void {
  const given = Object.entries({ search, after, limit }).filter(([, value]) => value !== undefined)
  if (given.length > 0)
    throw new InvalidRequest(given.map(([name]) => ({ pointer: `/${name}`, detail: 'only makes sense with everyone=true' })))
}

/**
 * A page of the sessions of all people.
 *
 * @throws {AuthError} `role_insufficient`; `factor_enrolment_required`; `request_invalid` when a person is named as well.
 */
export async function showEveryones(
  { user, search, after, limit = DEFAULT_LIMIT }: SessionsQuery,
  caller: Caller,
  { platform, store, places }: Pick<Services, 'platform' | 'store' | 'places'>,
): Promise<Shown> {
  if (!isOperator(caller)) throw new AuthError('role_insufficient')
  if (caller.kind === 'principal' && caller.principal.acr === ENROLMENT) throw new AuthError('factor_enrolment_required')
  if (user !== undefined) throw new InvalidRequest([{ pointer: '/user', detail: 'makes no sense with everyone=true' }])
  const current = caller.kind === 'principal' ? caller.principal.session : undefined
  const { sessions, next } = await store.sessionDirectory.page({ search, after, limit, now: platform.clock.now() })
  const shown = sessions.map(async ({ session, email }: ListedSession) => ({
    ...showSession(session, current, await places.of(session.device.address)),
    email,
  }))
  return { sessions: await Promise.all(shown), next: next === undefined ? null : `${next.createdAt}~${next.id}` }
}
