import * as z from 'zod'
import { json } from '../../answer.ts'
import { deviceKeySchema, showDeviceKey } from '../../device-key-schema.ts'
import { deviceKeyQuery, keyPage } from '../../key-page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listDeviceKeys: Operation = defineRoute({
  operationId: 'listDeviceKeys',
  method: 'GET',
  path: '/v1/device-keys',
  summary: 'List enrolled devices, a page at a time: the caller’s own, or those of `user` or `everyone` for operators.',
  authority: 'session',
  query: deviceKeyQuery,
  responses: {
    200: {
      description: 'The devices. `next` is the `after` of the following page; null on the last one.',
      schema: z.strictObject({ device_keys: z.array(deviceKeySchema), next: z.string().nullable() }),
    },
  },
  async handle({ query, caller }, { deviceKeys }) {
    const { keys, next } = await keyPage(query, caller, (page) => deviceKeys.list(page))
    return json(200, { device_keys: keys.map(showDeviceKey), next })
  },
})
