import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getDiscovery: Operation = defineRoute({
  operationId: 'getDiscovery',
  method: 'GET',
  path: '/.well-known/countersign',
  summary: 'Where a verifier finds keys and feed.',
  authority: 'public',
  responses: {
    200: {
      description: 'The discovery document.',
      schema: z.strictObject({
        issuer: z.string(),
        jwks_uri: z.string(),
        feed_uri: z.string(),
        feed_snapshot_uri: z.string(),
        feed_keys: z.strictObject({ keys: z.array(z.looseObject({ kid: z.string() })) }),
        access_token_algorithms: z.array(z.string()),
      }),
    },
  },
  handle(_call, { config: { issuer }, keys }) {
    const published = keys.published('access-token')
    const document = {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      feed_uri: `${issuer}/v1/feed`,
      feed_snapshot_uri: `${issuer}/v1/feed/snapshot`,
      feed_keys: { keys: keys.published('feed') },
      // Of the keys that are out there, so that a change of algorithm refuses no living token.
      access_token_algorithms: [...new Set(published.map(({ alg }) => alg))],
    }
    return json(200, document, { 'cache-control': 'max-age=60' })
  },
})
