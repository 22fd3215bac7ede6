import { json } from '../../answer.ts'
import { previewSchema, requestOf, REVOCATIONS_PATH, revocationBody, showPreview } from '../../revocation-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const previewRevocation: Operation = defineRoute({
  operationId: 'previewRevocation',
  method: 'POST',
  path: `${REVOCATIONS_PATH}/preview`,
  summary: 'What a revocation with the same body would end. Changes nothing.',
  authority: 'operator',
  body: revocationBody,
  responses: {
    200: {
      description:
        '`sessions` that end, of so many `people`; `grants`: consents under which refresh tokens or codes of applications end (the consents stay). `sessions_renewed`: sessions that go on, with new access tokens; null where only ' +
        'the tokens say whom it covers. `access_tokens_until`: when the last token that it covers would have expired by itself, in milliseconds since 1970. Of each kind 10,000 are looked at: `at_least` says that there are more.',
      schema: previewSchema,
    },
  },
  async handle({ body }, { revocationHistory }) {
    return json(200, showPreview(await revocationHistory.preview(requestOf(body))))
  },
})
