import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getApiKeyMark: Operation = defineRoute({
  operationId: 'getApiKeyMark',
  method: 'GET',
  path: '/v1/api-keys/mark',
  summary: 'Read the key with which the ids of API keys are marked, so that made-up ones are refused without a question.',
  authority: 'service',
  responses: { 200: { description: '32 bytes in base64url.', schema: z.strictObject({ key: z.string() }) } },
  handle(_call, { apiKeyMark: key }) {
    return json(200, { key }, { 'cache-control': 'no-store' })
  },
})
