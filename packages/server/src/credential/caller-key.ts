import type { ApiKeyEnvironment, EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { StoredScopes } from './role-scopes.ts'

/** What a caller proves themselves with that is no session: a secret for signatures, a public key, an API key, the key of a device. */
export type CallerKeyKind = 'hmac' | 'public' | 'api' | 'device'

export interface CallerKeyOwner {
  readonly kind: 'user' | 'service'
  readonly id: string
}

/** What its owner may change. */
export interface CallerKeySettings {
  readonly name: string
  /** All that the key may do. */
  readonly scope: readonly string[]
  /** Of the owner's roles, those that the key has; undefined: all of them. */
  readonly roles: readonly string[] | undefined
  /** Addresses and subnets that may use it; empty: any. */
  readonly addresses: readonly string[]
  /** A signed request is good for so long; undefined where nothing is signed. */
  readonly windowSeconds: number | undefined
  /** Nothing accepts it for the time being. */
  readonly disabled?: true
  /** Its holder is asked to replace it until then. */
  readonly rotateBy?: EpochMs
  /** Whenever it is replaced, its holder is asked to replace the new one so much later. */
  readonly rotateEverySeconds?: number
  /** Of an API key. */
  readonly environment?: ApiKeyEnvironment
  /** So many requests in so many seconds, at each service process. */
  readonly rateLimit?: { readonly requests: number; readonly seconds: number }
  /** Words by which its owner finds it. */
  readonly tags?: readonly string[]
}

export interface CallerKey {
  readonly id: string
  readonly kind: CallerKeyKind
  readonly owner: CallerKeyOwner
  readonly settings: CallerKeySettings
  /** By kind: the sealed secret, the public key as a JWK, or the sealed hash of the key. */
  readonly material: string
  /** It ends with this session of its owner. */
  readonly session: string | undefined
  /** It was made with this key, and ends with it. */
  readonly parent: string | undefined
  /** The key that replaces it. */
  readonly successor: string | undefined
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs | undefined
  /** As far as services have reported it. */
  readonly lastUsedAt?: EpochMs
}

/** What may be told to a verifier: the key beside what is true of its owner, and what of the log was seen before both were read. */
export interface CallerKeyIssuance {
  readonly rev: Position
  readonly key: CallerKey
  readonly subject: { readonly id: string; readonly roles: readonly string[]; readonly groups: readonly string[] }
  /** What the owner's roles bring by the database. Absent where it says nothing of any. */
  readonly storedScopes?: StoredScopes
}
