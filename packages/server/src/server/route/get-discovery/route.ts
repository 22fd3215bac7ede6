import * as z from 'zod'
import { json } from '../../answer.ts'
import { publishedFeeds } from '../../config-feed.ts'
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
        feed_challenge_uri: z.string(),
        introspection_endpoint: z.string(),
        access_key_lookup_uri: z.string(),
        api_key_lookup_uri: z.string(),
        api_key_mark_uri: z.string(),
        api_key_use_uri: z.string(),
        verifier_report_uri: z.string(),
        revocation_endpoint: z.string(),
        feeds: z.array(z.strictObject({ type: z.string(), stream: z.string().optional() })),
        feed_keys: z.strictObject({ keys: z.array(z.looseObject({ kid: z.string() })) }),
        access_token_algorithms: z.array(z.string()),
        cutoff_life_seconds: z.int(),
      }),
    },
  },
  handle(_call, { config: { issuer, feed, foreignTokenSeconds }, keys }) {
    const published = keys.published('access-token')
    const document = {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      feed_uri: `${issuer}/v1/feed`,
      feed_snapshot_uri: `${issuer}/v1/feed/snapshot`,
      feed_challenge_uri: `${issuer}/v1/feed/challenge`,
      introspection_endpoint: `${issuer}/v1/tokens/introspect`,
      access_key_lookup_uri: `${issuer}/v1/access-keys/lookup`,
      api_key_lookup_uri: `${issuer}/v1/api-keys/lookup`,
      api_key_mark_uri: `${issuer}/v1/api-keys/mark`,
      api_key_use_uri: `${issuer}/v1/api-keys/uses`,
      verifier_report_uri: `${issuer}/v1/verifier-reports`,
      revocation_endpoint: `${issuer}/v1/tokens/revoke`,
      feeds: publishedFeeds(feed),
      feed_keys: { keys: keys.published('feed') },
      // Of the keys that are out there, so that a change of algorithm refuses no living token.
      access_token_algorithms: [...new Set(published.map(({ alg }) => alg))],
      // At least an hour, as long as our own tokens may live.
      cutoff_life_seconds: foreignTokenSeconds,
    }
    return json(200, document, { 'cache-control': 'max-age=60' })
  },
})
