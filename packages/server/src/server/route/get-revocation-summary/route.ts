import { json } from '../../answer.ts'
import { REVOCATIONS_PATH, showSummary, summaryQuery, summarySchema } from '../../revocation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getRevocationSummary: Operation = defineRoute({
  operationId: 'getRevocationSummary',
  method: 'GET',
  path: `${REVOCATIONS_PATH}/summary`,
  summary: 'Where the revocation log stands, and what came to it since a moment.',
  authority: 'operator',
  query: summaryQuery,
  responses: {
    200: {
      description:
        '`live_cutoffs`: entries that verifiers keep. `longest_token_seconds`: so long an entry is kept. `entries`: since `since`, of those that are kept, which go back to `kept_since` (null: nothing was forgotten yet). ' +
        '`thefts`: refresh tokens in two hands since `since`, by the audit log; `at_least`: there were more than 10,000 of one kind. Times in milliseconds since 1970.',
      schema: summarySchema,
    },
  },
  async handle({ query: { since } }, { revocationHistory }) {
    return json(200, showSummary(await revocationHistory.summary(since), since, revocationHistory.keptSeconds))
  },
})
