import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { showVerifier, verifierSchema } from '../../verifier-report-schema.ts'

export const listVerifiers: Operation = defineRoute({
  operationId: 'listVerifiers',
  method: 'GET',
  path: '/v1/verifiers',
  summary: 'List the verifiers that have reported in the last ten minutes, and how fresh each said it was.',
  authority: 'operator',
  responses: {
    200: {
      description: 'By service and instance. `silent`: a report is overdue.',
      schema: z.strictObject({ verifiers: z.array(verifierSchema), head: z.strictObject({ position: z.int() }) }),
    },
  },
  async handle(_call, { verifierReports }) {
    const { verifiers, head } = await verifierReports.list()
    return json(200, { verifiers: verifiers.map(showVerifier), head: { position: head } })
  },
})
