import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { signatureForms } from '../../../credential/index.ts'
import { showKeyRecord } from '../../access-key-representation.ts'
import { keyRecordSchema } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

/** As in a SigV4 credential scope. */
const place = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/)
const day = z.string().regex(/^\d{8}$/)
const provider = z.string().regex(/^[a-z][a-z0-9]{0,15}$/)

export const lookUpAccessKey: Operation = defineRoute({
  operationId: 'lookUpAccessKey',
  method: 'POST',
  path: '/v1/access-keys/lookup',
  summary: 'Ask for what verifies the requests of a key: keys derived for one form, day and scope, or the public key. Never the secret.',
  authority: 'service',
  body: z.strictObject({
    id: z.string().min(1).max(128),
    forms: z.array(z.enum(signatureForms)).min(1).max(signatureForms.length),
    day: day.optional(),
    scope: z.strictObject({ region: place, service: place, provider }).optional(),
  }),
  responses: { 200: { description: 'What a verifier may hold until the log says otherwise.', schema: keyRecordSchema } },
  async handle({ body: { id, forms, day, scope } }, { keyRecords }) {
    const record = await keyRecords.lookUp(id, { forms, day, scope })
    if (record === undefined) throw new AuthError('not_found')
    return json(200, showKeyRecord(record))
  },
})
