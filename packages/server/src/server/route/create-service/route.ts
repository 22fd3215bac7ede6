import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, issuedServiceSchema } from '../../schema.ts'

export const createService: Operation = defineRoute({
  operationId: 'createService',
  method: 'POST',
  path: '/v1/services',
  summary: 'Make a credential with which a verifier reads the revocation feed.',
  authority: 'operator',
  body: z.strictObject({ name: displayName }),
  responses: { 201: { description: 'The credential, shown this once.', schema: issuedServiceSchema } },
  async handle({ body }, { credentials }) {
    const { id, name, credential } = await credentials.issue(body.name)
    return json(201, { id, name, credential })
  },
})
