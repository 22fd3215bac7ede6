import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { elevationSchema, showElevation } from '../../elevation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listElevations: Operation = defineRoute({
  operationId: 'listElevations',
  method: 'GET',
  path: '/v1/users/{id}/elevations',
  summary: 'List the roles that somebody has for a while, and had: the newest 200.',
  authority: 'operator',
  responses: { 200: { description: 'Newest first.', schema: z.strictObject({ elevations: z.array(elevationSchema) }) } },
  async handle({ path: { id = '' } }, { accounts, elevations, platform }) {
    if ((await accounts.find(id)) === undefined) throw new AuthError('not_found', { user: id })
    const now = platform.clock.now()
    return json(200, { elevations: (await elevations.list(id)).map((each) => showElevation(each, now)) })
  },
})
