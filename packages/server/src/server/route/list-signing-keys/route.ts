import * as z from 'zod'
import { json } from '../../answer.ts'
import { showKey } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keySchema } from '../../schema.ts'

export const listSigningKeys: Operation = defineRoute({
  operationId: 'listSigningKeys',
  method: 'GET',
  path: '/v1/signing-keys',
  summary: 'List the signing keys, without their private halves.',
  authority: 'operator',
  responses: { 200: { description: 'Every key that is not gone.', schema: z.strictObject({ keys: z.array(keySchema) }) } },
  async handle(_call, { keys }) {
    return json(200, { keys: (await keys.list()).map(showKey) })
  },
})
