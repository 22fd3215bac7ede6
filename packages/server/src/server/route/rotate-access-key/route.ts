import * as z from 'zod'
import { encryptTo } from '../../../credential/index.ts'
import { keyActor } from '../../access-key-caller.ts'
import { showIssuedAccessKey } from '../../access-key-representation.ts'
import { derivedForms, issuedAccessKeySchema, overlapSeconds, publicKey } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const rotateAccessKey: Operation = defineRoute({
  operationId: 'rotateAccessKey',
  method: 'POST',
  path: '/v1/access-keys/{id}/rotate',
  summary: 'Replace a key; it goes on for `overlap_seconds`. Signed with the key itself, every call until then gets the one successor.',
  authority: 'session',
  takesKeys: true,
  body: z.strictObject({
    overlap_seconds: overlapSeconds.optional(),
    public_key: publicKey.optional(),
    deliver_to: publicKey.optional(),
    derived: derivedForms.default([]),
  }),
  responses: { 201: { description: 'The successor, and its secret.', schema: issuedAccessKeySchema } },
  async handle({ path: { id = '' }, body, caller }, services) {
    const encrypt = body.deliver_to && (await encryptTo(body.deliver_to))
    const rotation = { overlapSeconds: body.overlap_seconds, publicKey: body.public_key }
    const issued = await services.accessKeys.rotate(id, await keyActor(caller, services), rotation)
    return json(201, await showIssuedAccessKey(issued, body.derived, encrypt))
  },
})
