import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { type Caller, isOperator, signedInUser } from '../../caller.ts'
import { InvalidRequest } from '../../field-error.ts'
import { showSession } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { listedSessionSchema, sessionSchema } from '../../schema.ts'
import { refusePages, sessionsQuery, showEveryones } from '../../session-page.ts'

/**
 * Whose sessions a request is about: the caller's own, or, for operators, those of the user it names.
 *
 * @throws {AuthError} `role_insufficient`; `request_invalid` when the machine's administrator names nobody.
 */
export function sessionOwner(caller: Caller, named: string | undefined): string {
  if (named === undefined) {
    if (caller.kind === 'local') throw new InvalidRequest([{ pointer: '/user', detail: 'is required' }])
    return signedInUser(caller).user
  }
  if (!isOperator(caller) && signedInUser(caller).user !== named) throw new AuthError('role_insufficient')
  return named
}

export const listSessions: Operation = defineRoute({
  operationId: 'listSessions',
  method: 'GET',
  path: '/v1/sessions',
  summary: 'List living sessions: the caller’s own; for operators those of `user`, or of `everyone`, a page at a time.',
  authority: 'session',
  enrols: true,
  query: sessionsQuery,
  responses: {
    200: {
      description:
        'Newest first. With `everyone=true`, for operators: sessions of all people, each with the address of its user (`email`). `search`: part of the address or the name of a person, or the id of one. ' +
        '`next` is the `after` of the following page, null on the last one: a page that something is searched in may be short, or empty, and not be the last.',
      schema: z.union([
        z.strictObject({ sessions: z.array(sessionSchema) }),
        z.strictObject({ sessions: z.array(listedSessionSchema), next: z.string().nullable() }),
      ]),
    },
  },
  async handle({ query, caller }, services) {
    const { sessions, places } = services
    if (query.everyone !== undefined) return json(200, await showEveryones(query, caller, services))
    refusePages(query)
    const found = await sessions.list(sessionOwner(caller, query.user))
    const current = caller.kind === 'principal' ? caller.principal.session : undefined
    const shown = found.map(async (session) => showSession(session, current, await places.of(session.device.address)))
    return json(200, { sessions: await Promise.all(shown) })
  },
})
