import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { type Caller, isOperator, signedInUser } from '../../caller.ts'
import { InvalidRequest } from '../../field-error.ts'
import { showSession } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { sessionSchema, userId } from '../../schema.ts'

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
  summary: 'List living sessions: the caller’s own, or those of `user` for operators.',
  authority: 'session',
  enrols: true,
  query: z.strictObject({ user: userId.optional() }),
  responses: { 200: { description: 'Newest first.', schema: z.strictObject({ sessions: z.array(sessionSchema) }) } },
  async handle({ query, caller }, { sessions, places }) {
    const found = await sessions.list(sessionOwner(caller, query.user))
    const current = caller.kind === 'principal' ? caller.principal.session : undefined
    const shown = found.map(async (session) => showSession(session, current, await places.of(session.device.address)))
    return json(200, { sessions: await Promise.all(shown) })
  },
})
