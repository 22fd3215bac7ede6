import type { JwsAlgorithm } from 'countersign/crypto'

/** Another provider that our users may sign in with, as the operator has described it. */
export interface IdentityProvider {
  /** In our addresses: `google`. */
  readonly id: string
  /** On the button. */
  readonly name: string
  /** Exactly as its ID tokens name it. */
  readonly issuer: string
  readonly clientId: string
  /** Undefined: a public client, by PKCE alone. */
  readonly clientSecret: string | undefined
  /** How the secret is shown (OpenID Connect Core 1.0 section 9). */
  readonly clientAuthentication: 'basic' | 'post'
  readonly scope: readonly string[]
  /** Its algorithms of ID tokens and logout tokens; never taken from a token. */
  readonly algorithms: readonly JwsAlgorithm[]
  /** Whoever is new gets an account. */
  readonly signUp: boolean
  /** Whoever is new gets the account with their address, if both sides have verified it. */
  readonly linkByEmail: boolean
  /** The domains of the addresses that it may speak for, in lower case; empty: all that it calls verified. */
  readonly domains: readonly string[]
  /** Where it says that it has seen two factors, we ask for none of our own. */
  readonly trustsFactors: boolean
}

/** What is shown of a provider. */
export type ShownProvider = Pick<IdentityProvider, 'id' | 'name' | 'issuer'>

/** Somebody as a provider has just described them, all of it proven. */
export interface FederatedPerson {
  readonly issuer: string
  readonly subject: string
  readonly email: string | undefined
  readonly isEmailVerified: boolean
  readonly name: string | undefined
  /** Of its session there. */
  readonly sid: string | undefined
  /** When they showed there who they are, in seconds; undefined where it does not say. */
  readonly authenticatedAt: number | undefined
  /** It says that two factors were shown. */
  readonly isMultiFactor: boolean
}
