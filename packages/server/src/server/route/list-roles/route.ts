import * as z from 'zod'
import { json } from '../../answer.ts'
import { roleSchema, showRole } from '../../role-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listRoles: Operation = defineRoute({
  operationId: 'listRoles',
  method: 'GET',
  path: '/v1/roles',
  summary: 'Which scopes each role brings. People may have roles that bring none.',
  authority: 'operator',
  responses: {
    200: {
      description:
        'By name. `reserved`: scopes that no role brings any more, and that no application is given for anybody until they are released.',
      schema: z.strictObject({ roles: z.array(roleSchema), reserved: z.array(z.string()) }),
    },
  },
  async handle(_call, { roles }) {
    const [known, reserved] = await Promise.all([roles.list(), roles.idle()])
    return json(200, { roles: known.map(showRole), reserved })
  },
})
