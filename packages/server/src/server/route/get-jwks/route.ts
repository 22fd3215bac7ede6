import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getJwks: Operation = defineRoute({
  operationId: 'getJwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys of the access tokens (RFC 7517).',
  authority: 'public',
  responses: { 200: { description: 'A JWK set.', schema: z.strictObject({ keys: z.array(z.looseObject({ kid: z.string() })) }) } },
  handle: (_call, { keys }) => json(200, { keys: keys.published('access-token') }, { 'cache-control': 'max-age=60' }),
})
