import * as z from 'zod'
import { allowanceFor, apiKeyActor } from '../../access-key-caller.ts'
import { addresses, moment, scope } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { showApiKey } from '../../api-key-representation.ts'
import { apiKeySchema, momentOf, rateLimit, tags } from '../../api-key-schema.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles } from '../../schema.ts'

export const updateApiKey: Operation = defineRoute({
  operationId: 'updateApiKey',
  method: 'PATCH',
  path: '/v1/api-keys/{id}',
  summary: 'Change what an API key may do, from where, how often and how long; switch it off and on.',
  authority: 'session',
  body: z.strictObject({
    name: displayName.optional(),
    scope: scope.optional(),
    roles: roles.optional(),
    addresses: addresses.optional(),
    rate_limit: rateLimit.nullable().optional(),
    tags: tags.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    expires_at: moment.nullable().optional(),
  }),
  responses: {
    200: {
      description: 'The key after the change, which verifiers learn at once.',
      schema: z.strictObject({ api_key: apiKeySchema }),
    },
  },
  async handle({ path: { id = '' }, body, caller }, services) {
    if (Object.keys(body).length === 0) throw new InvalidRequest([{ pointer: '', detail: 'must name something to change' }])
    const { apiKeys } = services
    const actor = await apiKeyActor(caller, services)
    const { owner } = await apiKeys.find(id, actor)
    const asked = {
      name: body.name,
      scope: body.scope,
      roles: body.roles,
      addresses: body.addresses,
      rateLimit: body.rate_limit,
      tags: body.tags,
      disabled: body.status === undefined ? undefined : body.status === 'disabled',
      expiresAt: momentOf(body.expires_at),
    }
    const key = await apiKeys.update(id, actor, asked, await allowanceFor(caller, owner, services))
    return json(200, { api_key: showApiKey(key) })
  },
})
