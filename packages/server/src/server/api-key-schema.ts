import * as z from 'zod'
import { moment } from './access-key-schema.ts'

/** The words of the API about API keys. */

const DAY_SECONDS = 86_400

export const apiKeyId: z.ZodType<string> = z.string().regex(/^key_[A-Za-z0-9_-]{22}$/)
export const environment: z.ZodType<'live' | 'test'> = z.enum(['live', 'test'])
export const rateLimit: z.ZodType<{ requests: number; seconds: number }> = z.strictObject({
  requests: z.int().min(1).max(1_000_000),
  seconds: z.int().min(1).max(DAY_SECONDS),
})
export const tags: z.ZodType<string[]> = z
  .array(
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^\p{Cc}]*$/u),
  )
  .max(16)
export const apiKeyOverlapSeconds: z.ZodType<number> = z
  .int()
  .min(0)
  .max(30 * DAY_SECONDS)

export const apiKeySchema: z.ZodType = z.strictObject({
  id: z.string(),
  name: z.string(),
  environment,
  user: z.string().nullable(),
  service: z.string().nullable(),
  scope: z.array(z.string()),
  roles: z.array(z.string()),
  addresses: z.array(z.string()),
  /** At each service process. */
  rate_limit: rateLimit.nullable(),
  tags: z.array(z.string()),
  status: z.enum(['active', 'disabled']),
  successor: z.string().nullable(),
  created_at: moment,
  expires_at: moment.nullable(),
  /** As services have reported it: up to two minutes late. */
  last_used_at: moment.nullable(),
})

/** `key`: `cs_live_…` or `cs_test_…`. */
export const issuedApiKeySchema: z.ZodType = z.strictObject({ api_key: apiKeySchema, key: z.string() })

export const apiKeyRecordSchema: z.ZodType = z.strictObject({
  id: z.string(),
  subject: z.string(),
  user: z.string().optional(),
  service: z.string().optional(),
  scope: z.array(z.string()),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  addresses: z.array(z.string()),
  rate_limit: rateLimit.optional(),
  expires_at: z.int().optional(),
  rev: z.int(),
  /** SHA-256 of the whole key, in base64url. */
  hash: z.string(),
})

export const momentOf = (text: string | null | undefined): number | null | undefined => (typeof text === 'string' ? Date.parse(text) : text)
