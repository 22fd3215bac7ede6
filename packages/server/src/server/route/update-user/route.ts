import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { groups, roles, userSchema } from '../../schema.ts'

/** Each member is a change of its own: roles and groups kill older tokens softly, suspending ends the sessions. */
export const updateUser: Operation = defineRoute({
  operationId: 'updateUser',
  method: 'PATCH',
  path: '/v1/users/{id}',
  summary: 'Change roles, groups or status. Older access tokens of the account die at once.',
  authority: 'operator',
  body: z.strictObject({ roles: roles.optional(), groups: groups.optional(), status: z.enum(['active', 'suspended']).optional() }),
  responses: { 200: { description: 'The account after the change.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ path: { id = '' }, body: { roles, groups, status } }, { accounts }) {
    if (roles === undefined && groups === undefined && status === undefined) {
      throw new InvalidRequest([{ pointer: '', detail: 'must name something to change' }])
    }
    if (roles !== undefined) await accounts.setRoles(id, roles)
    if (groups !== undefined) await accounts.setGroups(id, groups)
    if (status === 'suspended') await accounts.suspend(id)
    if (status === 'active') await accounts.restore(id)
    const user = await accounts.find(id)
    if (user === undefined) throw new AuthError('not_found', { user: id })
    return json(200, { user: showUser(user) })
  },
})
