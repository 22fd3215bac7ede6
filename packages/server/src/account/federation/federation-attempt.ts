import { encodeBase64url, type Random } from 'countersign/core'

/** What somebody who was sent to another provider wants there. */
export type FederationPurpose = 'sign_in' | 'step_up' | 'link'

/** A journey to another provider and back. Kept by the browser that has begun it, sealed: an answer is taken of that browser alone. */
export interface FederationAttempt {
  readonly provider: string
  readonly purpose: FederationPurpose
  readonly state: string
  readonly nonce: string
  /** RFC 7636. */
  readonly verifier: string
  /** Whose session has begun it, where there is one. */
  readonly session: string | undefined
}

const BYTES = 32

export function newAttempt(provider: string, purpose: FederationPurpose, session: string | undefined, random: Random): FederationAttempt {
  const text = (): string => encodeBase64url(random.bytes(BYTES))
  return { provider, purpose, state: text(), nonce: text(), verifier: text(), session }
}
