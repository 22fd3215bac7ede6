import * as z from 'zod'
import { json } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { roleSchema, scopeWords, showRole } from '../../role-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const setRole: Operation = defineRoute({
  operationId: 'setRole',
  method: 'PUT',
  path: '/v1/roles/{name}',
  summary:
    'Say which scopes a role brings. Older tokens that rest upon it die at once, and clients refresh them unseen. A role of the configuration stays as it is (`role_configured`).',
  authority: 'operator',
  body: z.strictObject({ scope: scopeWords }),
  responses: { 200: { description: 'As it is now.', schema: roleSchema } },
  async handle({ path: { name = '' }, body, caller }, { roles, log }) {
    const role = await roles.set(name, body.scope)
    log.info({ event: 'role_changed', role: name, scope: role.scope, by: operatorName(caller) ?? 'local' }, 'role changed')
    return json(200, showRole(role))
  },
})
