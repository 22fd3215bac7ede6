import * as z from 'zod'
import type { MagicProof } from '../../../account/link/index.ts'
import type { Authentication, FactorKind } from '../../../session/index.ts'
import type { SealedFacts } from '../sealed-cookie.ts'

/** What was right: a password, which is not kept, or a mail, which is used up by the opening of the session and not before. */
export type FirstFactor = { readonly proven: Authentication } | { readonly mail: MagicProof }

/** A sign-in half-way: its first factor was right, and the account wants more. */
export interface SignInStep {
  /** Whom a wrong code counts for: an address as it was typed, or the id of a user. Empty: a mail knows that by itself. */
  readonly account: string
  readonly first: FirstFactor
  /** What would do. */
  readonly factors: readonly FactorKind[]
  /** What the challenge for a passkey is asked with. */
  readonly ticket: string | undefined
}

const schema = z.strictObject({
  account: z.string(),
  proven: z
    .strictObject({
      user: z.string(),
      passwordGeneration: z.int(),
      amr: z.array(z.string()),
      authenticatedAt: z.number().optional(),
      upstream: z.strictObject({ issuer: z.string(), subject: z.string(), sid: z.string().optional() }).optional(),
    })
    .optional(),
  mail: z.union([z.strictObject({ token: z.string() }), z.strictObject({ request: z.string(), code: z.string() })]).optional(),
  factors: z.array(z.enum(['totp', 'passkey', 'recovery_code'])),
  ticket: z.string().optional(),
})

export const factsOfStep = ({ account, first, factors, ticket }: SignInStep): SealedFacts => ({
  account,
  ...('mail' in first ? { mail: first.mail } : { proven: ofProven(first.proven) }),
  factors,
  ticket,
})

const ofProven = ({ user, passwordGeneration, amr, authenticatedAt, upstream }: Authentication): SealedFacts => ({
  ...{ user, passwordGeneration, amr },
  authenticatedAt,
  upstream,
})

function provenOf({ authenticatedAt, upstream, ...proven }: NonNullable<z.infer<typeof schema>['proven']>): Authentication {
  return {
    ...proven,
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
    ...(upstream === undefined ? {} : { upstream: { ...upstream, sid: upstream.sid } }),
  }
}

/** Sealed by us, but perhaps by another version. */
export function stepOf(facts: SealedFacts | undefined): SignInStep | undefined {
  const parsed = schema.safeParse(facts)
  if (!parsed.success) return undefined
  const { account, proven, mail, factors, ticket } = parsed.data
  if (mail !== undefined) return { account, first: { mail }, factors, ticket }
  return proven === undefined ? undefined : { account, first: { proven: provenOf(proven) }, factors, ticket }
}
