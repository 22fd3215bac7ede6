import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { propagationSchema, showFigures } from '../../verifier-report-schema.ts'

export const getPropagation: Operation = defineRoute({
  operationId: 'getPropagation',
  method: 'GET',
  path: '/v1/verifiers/propagation',
  summary: 'How long entries of the log took until the last verifier that reports had applied them.',
  authority: 'operator',
  query: z.strictObject({ minutes: z.coerce.number().int().min(1).max(60).default(60) }),
  responses: {
    200: {
      description:
        'Upper bounds, the way of the reports included, each entry by its slowest verifier; `null` where nothing was measured. `since`: from when on everything is counted.',
      schema: propagationSchema,
    },
  },
  async handle({ query: { minutes } }, { verifierReports }) {
    const summary = await verifierReports.propagation(minutes)
    return json(200, {
      ...showFigures(summary),
      since: summary.since,
      minutes: summary.minutes.map(({ at, ...figures }) => ({ at, ...showFigures(figures) })),
    })
  },
})
