import * as z from 'zod'
import { json } from '../../answer.ts'
import { callingService } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { reportBody } from '../../verifier-report-schema.ts'

export const createVerifierReport: Operation = defineRoute({
  operationId: 'createVerifierReport',
  method: 'POST',
  path: '/v1/verifier-reports',
  summary: 'Tell how fresh a verifier is, and for how long it has applied entries of the log. It is a service’s word, and decides nothing.',
  authority: 'service',
  body: reportBody,
  responses: {
    200: {
      description: 'Over how many milliseconds it should spread what it has to tell of the entries that come next.',
      schema: z.strictObject({ spread_ms: z.int() }),
    },
  },
  handle({ body: { age_ms, every_ms, sent_ms, applied = [], name, ...report }, caller }, { verifierReports }) {
    const { spreadMs } = verifierReports.take(callingService(caller).id, {
      ...report,
      name,
      ageMs: age_ms ?? undefined,
      everyMs: every_ms,
      sentMs: sent_ms,
      applied: applied.map(({ after, position, held_ms: heldMs }) => ({ after, position, heldMs })),
    })
    return json(200, { spread_ms: spreadMs })
  },
})
