import * as z from 'zod'
import { allowanceFor } from '../../access-key-caller.ts'
import { moment, publicKey, scope } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { challengeText, deviceKeySchema, showDeviceKey, signatureText } from '../../device-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles } from '../../schema.ts'

export const createDeviceKey: Operation = defineRoute({
  operationId: 'createDeviceKey',
  method: 'POST',
  path: '/v1/device-keys',
  summary: 'Enrol the public key of a device, which signs a challenge with the private one to show that it is there.',
  authority: 'session',
  body: z.strictObject({
    name: displayName,
    public_key: publicKey,
    challenge: challengeText,
    signature: signatureText,
    scope: scope.optional(),
    roles: roles.optional(),
    expires_at: moment.optional(),
  }),
  responses: { 201: { description: 'The device is enrolled.', schema: z.strictObject({ device_key: deviceKeySchema }) } },
  async handle({ body, caller }, services) {
    const { user } = ownSession(caller)
    const key = await services.deviceKeys.enrol({
      user,
      name: body.name,
      allowance: await allowanceFor(caller, { kind: 'user', id: user }, services),
      scope: body.scope,
      roles: body.roles,
      publicKey: body.public_key,
      challenge: body.challenge,
      signature: body.signature,
      expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
    })
    return json(201, { device_key: showDeviceKey(key) })
  },
})
