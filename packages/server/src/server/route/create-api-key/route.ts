import * as z from 'zod'
import { allowanceFor, keyOwner } from '../../access-key-caller.ts'
import { addresses, moment, scope } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { showIssuedApiKey } from '../../api-key-representation.ts'
import { environment, issuedApiKeySchema, rateLimit, tags } from '../../api-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles, userId } from '../../schema.ts'

export const createApiKey: Operation = defineRoute({
  operationId: 'createApiKey',
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Make an API key: for the caller, or for any `user` or `service` by an operator. It has the roles that are named, and no other.',
  authority: 'session',
  body: z.strictObject({
    name: displayName,
    environment: environment.default('live'),
    user: userId.optional(),
    service: userId.optional(),
    scope: scope.optional(),
    roles: roles.optional(),
    addresses: addresses.optional(),
    rate_limit: rateLimit.optional(),
    tags: tags.optional(),
    expires_at: moment.optional(),
  }),
  responses: { 201: { description: 'The key, which is shown this once.', schema: issuedApiKeySchema } },
  async handle({ body, caller }, services) {
    const owner = keyOwner(caller, body)
    const issued = await services.apiKeys.create({
      name: body.name,
      environment: body.environment,
      owner,
      allowance: await allowanceFor(caller, owner, services),
      scope: body.scope,
      roles: body.roles,
      addresses: body.addresses,
      rateLimit: body.rate_limit,
      tags: body.tags,
      expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
    })
    return json(201, showIssuedApiKey(issued))
  },
})
