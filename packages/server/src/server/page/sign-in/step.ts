import * as z from 'zod'
import type { Authentication, FactorKind } from '../../../session/index.ts'
import type { SealedFacts } from '../sealed-cookie.ts'

/** A sign-in half-way: the password was right, and the account wants more. The password itself is not kept. */
export interface SignInStep {
  /** As it was typed: whom a wrong code counts for. */
  readonly email: string
  readonly proven: Authentication
  /** What would do. */
  readonly factors: readonly FactorKind[]
}

const schema = z.strictObject({
  email: z.string(),
  user: z.string(),
  generation: z.int(),
  amr: z.array(z.string()),
  factors: z.array(z.enum(['totp', 'passkey', 'recovery_code'])),
})

export const factsOfStep = ({ email, proven, factors }: SignInStep): SealedFacts => ({
  email,
  user: proven.user,
  generation: proven.passwordGeneration,
  amr: proven.amr,
  factors,
})

/** Sealed by us, but perhaps by another version. */
export function stepOf(facts: SealedFacts | undefined): SignInStep | undefined {
  const parsed = schema.safeParse(facts)
  if (!parsed.success) return undefined
  const { email, user, generation, amr, factors } = parsed.data
  return { email, proven: { user, passwordGeneration: generation, amr }, factors }
}
