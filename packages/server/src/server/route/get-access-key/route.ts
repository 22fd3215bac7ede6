import * as z from 'zod'
import { keyActor } from '../../access-key-caller.ts'
import { showAccessKey } from '../../access-key-representation.ts'
import { accessKeySchema } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getAccessKey: Operation = defineRoute({
  operationId: 'getAccessKey',
  method: 'GET',
  path: '/v1/access-keys/{id}',
  summary: 'Show an access key: an own one, the one that signs the request, or any for operators.',
  authority: 'session',
  takesKeys: true,
  responses: { 200: { description: 'Without its secret.', schema: z.strictObject({ access_key: accessKeySchema }) } },
  async handle({ path: { id = '' }, caller }, services) {
    return json(200, { access_key: showAccessKey(await services.accessKeys.find(id, await keyActor(caller, services))) })
  },
})
