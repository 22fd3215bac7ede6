import * as z from 'zod'
import type { FederatedPerson } from '../../../account/federation/index.ts'
import type { SealedFacts } from '../sealed-cookie.ts'

/** An identity that waits until its person says that it is theirs. */
export interface IdentityOffer extends Pick<FederatedPerson, 'issuer' | 'subject' | 'email' | 'name'> {
  readonly provider: string
}

const schema = z.strictObject({
  provider: z.string(),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
})

/** What is longer is cut: a cookie has little room, and it is only shown. */
const LONGEST_SHOWN = 100

export const factsOfOffer = ({ provider, issuer, subject, email, name }: IdentityOffer): SealedFacts => ({
  ...{ provider, issuer, subject },
  email: email?.slice(0, LONGEST_SHOWN),
  name: name?.slice(0, LONGEST_SHOWN),
})

/** Sealed by us, but perhaps by another version. */
export function offerOf(facts: SealedFacts | undefined): IdentityOffer | undefined {
  const parsed = schema.safeParse(facts)
  if (!parsed.success) return undefined
  const { email, name, ...rest } = parsed.data
  return { ...rest, email, name }
}
