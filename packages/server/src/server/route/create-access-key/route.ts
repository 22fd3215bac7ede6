import * as z from 'zod'
import { encryptTo } from '../../../credential/index.ts'
import { allowanceFor, keyOwner } from '../../access-key-caller.ts'
import { showIssuedAccessKey } from '../../access-key-representation.ts'
import {
  addresses,
  derivedForms,
  issuedAccessKeySchema,
  moment,
  publicKey,
  rotateEverySeconds,
  scope,
  windowSeconds,
} from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles, userId } from '../../schema.ts'

export const createAccessKey: Operation = defineRoute({
  operationId: 'createAccessKey',
  method: 'POST',
  path: '/v1/access-keys',
  summary: 'Make a key that signs requests, or register a public one: for the caller, or for any `user` or `service` by an operator.',
  authority: 'session',
  body: z.strictObject({
    name: displayName,
    user: userId.optional(),
    service: userId.optional(),
    scope: scope.optional(),
    roles: roles.optional(),
    addresses: addresses.optional(),
    window_seconds: windowSeconds.optional(),
    rotate_every_seconds: rotateEverySeconds.optional(),
    expires_at: moment.optional(),
    public_key: publicKey.optional(),
    deliver_to: publicKey.optional(),
    derived: derivedForms.default([]),
  }),
  responses: { 201: { description: 'The key, and this once its secret.', schema: issuedAccessKeySchema } },
  async handle({ body, caller }, services) {
    const { accessKeys } = services
    const owner = keyOwner(caller, body)
    const allowance = await allowanceFor(caller, owner, services)
    const encrypt = body.deliver_to && (await encryptTo(body.deliver_to))
    const issued = await accessKeys.create({
      name: body.name,
      owner,
      allowance,
      scope: body.scope,
      roles: body.roles,
      addresses: body.addresses,
      windowSeconds: body.window_seconds,
      rotateEverySeconds: body.rotate_every_seconds,
      expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
      publicKey: body.public_key,
    })
    return json(201, await showIssuedAccessKey(issued, body.derived, encrypt))
  },
})
