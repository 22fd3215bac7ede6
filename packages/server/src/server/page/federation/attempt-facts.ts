import * as z from 'zod'
import type { FederationAttempt } from '../../../account/federation/index.ts'
import type { SealedFacts } from '../sealed-cookie.ts'
import { type SignInQuery, signInMembers } from '../sign-in/query.ts'

/**
 * The cookie itself is what binds an attempt to its browser. It comes back with a navigation from elsewhere, with which cookies of a session may not.
 */
export const ATTEMPT = 'federation'

/** An attempt, and where it is to lead. */
export interface Journey {
  readonly attempt: FederationAttempt
  readonly query: SignInQuery
}

const schema = z.strictObject({
  provider: z.string(),
  purpose: z.enum(['sign_in', 'step_up', 'link']),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  session: z.string().optional(),
  query: z.strictObject(signInMembers),
})

/** What a cookie has room for; whoever was to be led further than that is led to their account. */
const LONGEST_RETURN = 1000

export function factsOfJourney({ attempt, query: { return_to: returnTo, ...query } }: Journey): SealedFacts {
  const isShort = returnTo !== undefined && returnTo.length <= LONGEST_RETURN
  return { ...attempt, query: { ...query, ...(isShort ? { return_to: returnTo } : {}) } }
}

/** Sealed by us, but perhaps by another version. */
export function journeyOf(facts: SealedFacts | undefined): Journey | undefined {
  const parsed = schema.safeParse(facts)
  if (!parsed.success) return undefined
  const { query, session, ...attempt } = parsed.data
  return { attempt: { ...attempt, session }, query }
}
