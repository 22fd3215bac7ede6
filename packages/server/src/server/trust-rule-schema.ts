import * as z from 'zod'
import { LONGEST_ASSERTION_SECONDS, LONGEST_TOKEN_SECONDS, type RuleFinding, type TrustRule } from '../session/workload/index.ts'
import { moment, type Shown } from './representation.ts'

const name = z.string().min(1).max(512)
const claims = z.record(z.string().min(1).max(512), z.union([z.string().max(512), z.int(), z.boolean()]))
const jwks = z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(20) })

export interface TrustRuleBody {
  readonly name: string
  readonly issuer: string
  readonly jwks?: { readonly keys: readonly Record<string, unknown>[] } | undefined
  readonly assertion_audience?: string | undefined
  readonly subject: string
  readonly claims?: Readonly<Record<string, string | number | boolean>> | undefined
  readonly assertion_seconds?: number | undefined
  readonly reusable?: boolean | undefined
  readonly service: string
  readonly scopes?: readonly string[] | undefined
  readonly audience?: readonly string[] | undefined
  readonly token_seconds?: number | undefined
}

export const trustRuleBody: z.ZodType<TrustRuleBody> = z.strictObject({
  name: z.string().min(1).max(100),
  issuer: name,
  jwks: jwks.optional(),
  assertion_audience: name.optional(),
  subject: z.string().min(1).max(1024),
  claims: claims.optional(),
  assertion_seconds: z.int().min(1).max(LONGEST_ASSERTION_SECONDS).optional(),
  reusable: z.boolean().optional(),
  service: name,
  scopes: z.array(z.string().min(1).max(128)).max(100).optional(),
  audience: z.array(name).max(20).optional(),
  token_seconds: z.int().min(1).max(LONGEST_TOKEN_SECONDS).optional(),
})

export const trustRuleSchema: z.ZodType = z.strictObject({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  has_keys: z.boolean(),
  assertion_audience: z.string().nullable(),
  subject: z.string(),
  claims,
  assertion_seconds: z.int(),
  reusable: z.boolean(),
  service: z.string(),
  scopes: z.array(z.string()),
  audience: z.array(z.string()),
  token_seconds: z.int(),
  created_at: z.string(),
})

export const ruleFindingSchema: z.ZodType = z.strictObject({
  rule: z.string(),
  name: z.string(),
  service: z.string(),
  accepts: z.boolean(),
  problem: z.string().nullable(),
})

export const showTrustRule = (rule: TrustRule): Shown => ({
  id: rule.id,
  name: rule.name,
  issuer: rule.issuer,
  has_keys: rule.jwks !== undefined,
  assertion_audience: rule.assertionAudience ?? null,
  subject: rule.subject,
  claims: rule.claims,
  assertion_seconds: rule.assertionSeconds,
  reusable: rule.reusable,
  service: rule.service,
  scopes: rule.scopes,
  audience: rule.audience,
  token_seconds: rule.tokenSeconds,
  created_at: moment(rule.createdAt),
})

export const showRuleFinding = ({ rule, problem }: RuleFinding): Shown => ({
  rule: rule.id,
  name: rule.name,
  service: rule.service,
  accepts: problem === undefined,
  problem: problem ?? null,
})
