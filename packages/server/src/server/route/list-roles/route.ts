import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

const role: z.ZodType = z.strictObject({ name: z.string(), scope: z.array(z.string()) })

export const listRoles: Operation = defineRoute({
  operationId: 'listRoles',
  method: 'GET',
  path: '/v1/roles',
  summary:
    'Which scopes each role brings, as this server is configured (`COUNTERSIGN_ROLE_SCOPES`). People may have roles that bring none.',
  authority: 'operator',
  responses: { 200: { description: 'By name.', schema: z.strictObject({ roles: z.array(role) }) } },
  handle(_call, { roleScopes }) {
    return json(200, { roles: roleScopes.all.map(([name, scope]) => ({ name, scope })) })
  },
})
