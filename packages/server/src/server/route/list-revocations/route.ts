import * as z from 'zod'
import { json } from '../../answer.ts'
import { headSchema, REVOCATIONS_PATH, revocationSchema, revocationsQuery, showHead, showRevocation } from '../../revocation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { showEntryPropagation } from '../../verifier-report-schema.ts'

export const listRevocations: Operation = defineRoute({
  operationId: 'listRevocations',
  method: 'GET',
  path: REVOCATIONS_PATH,
  summary: 'The revocation log and who stands behind it: newest first, a page at a time, as far back as entries are kept.',
  authority: 'operator',
  query: revocationsQuery,
  responses: {
    200: {
      description:
        '`next` is the `before` of the following page; null on the last one: a page of what `kind` or `id` selects may be short, or empty, and not be the last. `kind` and `id` select by target, `since` from the first entry of that time on. All times in milliseconds since 1970. ' +
        'An entry is forgotten when it has expired: who did what before that is in the audit log.',
      schema: z.strictObject({ revocations: z.array(revocationSchema), head: headSchema, next: z.string().nullable() }),
    },
  },
  async handle({ query }, { revocationHistory, verifierReports, platform }) {
    const { entries, next } = await revocationHistory.page(query)
    // Read afterwards, so that no entry lies behind it.
    const head = await revocationHistory.head()
    const now = platform.clock.now()
    const propagation = await verifierReports.propagationOf(entries.map(({ entry }) => entry.position))
    const revocations = entries.map((past) => {
      const measured = propagation.get(past.entry.position)
      return { ...showRevocation(past, now), ...(measured === undefined ? {} : { propagation: showEntryPropagation(measured) }) }
    })
    return json(200, { revocations, head: showHead(head), next: next === undefined ? null : String(next) })
  },
})
