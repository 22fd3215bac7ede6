import * as z from 'zod'
import { json } from '../../answer.ts'
import { signedInUser } from '../../caller.ts'
import { deviceKeySchema, showDeviceKey } from '../../device-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listDeviceKeys: Operation = defineRoute({
  operationId: 'listDeviceKeys',
  method: 'GET',
  path: '/v1/device-keys',
  summary: 'List the devices that the caller has enrolled.',
  authority: 'session',
  responses: { 200: { description: 'The devices.', schema: z.strictObject({ device_keys: z.array(deviceKeySchema) }) } },
  async handle({ caller }, { deviceKeys }) {
    return json(200, { device_keys: (await deviceKeys.list(signedInUser(caller).user)).map(showDeviceKey) })
  },
})
