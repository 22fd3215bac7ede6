import * as z from 'zod'
import { json } from '../../answer.ts'
import { showKey } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { keySchema } from '../../schema.ts'

export const rotateSigningKeys: Operation = defineRoute({
  operationId: 'rotateSigningKeys',
  method: 'POST',
  path: '/v1/signing-keys/rotate',
  summary: 'Let the next key sign from now on. No valid token is refused because of it.',
  authority: 'operator',
  body: z.strictObject({ purpose: z.enum(['access-token', 'feed']).default('access-token') }),
  responses: { 200: { description: 'The keys after the rotation.', schema: z.strictObject({ keys: z.array(keySchema) }) } },
  async handle({ body }, { keys }) {
    await keys.rotate(body.purpose)
    return json(200, { keys: (await keys.list()).map(showKey) })
  },
})
