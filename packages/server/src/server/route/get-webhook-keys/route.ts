import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getWebhookKeys: Operation = defineRoute({
  operationId: 'getWebhookKeys',
  method: 'GET',
  path: '/.well-known/webhook-jwks.json',
  summary: 'The public keys of webhooks that this server signs with its own key (`v1a`). No token is ever signed with them.',
  authority: 'public',
  responses: { 200: { description: 'A JWK set.', schema: z.strictObject({ keys: z.array(z.looseObject({ kid: z.string() })) }) } },
  handle: (_call, { webhookKeys }) => json(200, { keys: webhookKeys }, { 'cache-control': 'max-age=60' }),
})
