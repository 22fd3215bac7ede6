import type { EpochMs } from 'countersign/core'

/** What a claim has to be: the same text, number or truth value. */
export type ClaimValue = string | number | boolean

/** Public keys, as their issuer publishes them (RFC 7517 section 5). */
export interface PublishedKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** Whose tokens we take for one of our services, and what such a token brings. Never changed: a rule is made, and removed. */
export interface TrustRule {
  /** `tru_…` */
  readonly id: string
  readonly name: string
  /** `iss` of the assertions, letter for letter. */
  readonly issuer: string
  /** Of an issuer that we cannot reach, or do not want to ask; undefined: as it says itself (discovery). */
  readonly jwks: PublishedKeySet | undefined
  /** What has to stand in `aud`, alone; undefined: our issuer, or the URL of our token endpoint. */
  readonly assertionAudience: string | undefined
  /** `sub`, letter for letter, or its beginning: see `requireSubjectPattern`. */
  readonly subject: string
  /** By name, or by JSON pointer: see `claimAt`. */
  readonly claims: Readonly<Record<string, ClaimValue>>
  /** No assertion ends later than so long from now. */
  readonly assertionSeconds: number
  /** An assertion counts as often as it is shown while it lives, instead of once. */
  readonly reusable: boolean
  /** As whom it acts: `svc_…`. */
  readonly service: string
  readonly scopes: readonly string[]
  /** For whom its tokens may be; empty: for the server's own audience. The first is meant where none is named. */
  readonly audience: readonly string[]
  /** Its tokens live so long at most. */
  readonly tokenSeconds: number
  readonly createdAt: EpochMs
}
