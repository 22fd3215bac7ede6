import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getOpenApi: Operation = defineRoute({
  operationId: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This API as an OpenAPI 3.1 document.',
  authority: 'public',
  responses: { 200: { description: 'The document.' } },
  handle: (_call, { openApi }) => json(200, openApi(), { 'cache-control': 'max-age=300' }),
})
