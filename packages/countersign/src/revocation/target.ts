/** What a cut-off can be aimed at (DESIGN 4). The order is the order of the index's tables. */
export const targetKinds = ['everyone', 'issuer', 'client', 'role', 'group', 'user', 'session', 'token', 'key'] as const

export type TargetKind = (typeof targetKinds)[number]

/**
 * `everyone` has no id of its own: it is the empty string. So it is for `issuer` when the issuer of the log itself is meant; another
 * issuer is named by its URL, and what is its own by `foreignId`.
 */
export interface Target {
  readonly kind: TargetKind
  readonly id: string
}

/** Soft: access tokens die and the session refreshes unseen. Hard: the sessions behind the target end as well. */
export type RevocationMode = 'soft' | 'hard'

/** Targets behind which sessions stand, so that `hard` means something for them. */
const hardTargets: ReadonlySet<TargetKind> = new Set(['everyone', 'client', 'user', 'session'])

/** The mode of a revocation that names none: hard where sessions stand behind the target. */
export const defaultMode = (kind: TargetKind): RevocationMode => (hardTargets.has(kind) ? 'hard' : 'soft')

/** A URL of an issuer has no fragment, so that the first `#` ends it (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2). */
const ID_SEPARATOR = '#'

/**
 * The id of what another issuer has named: `<issuer>#<its id>`, the same for users (`sub`), sessions (`sid`), tokens (`jti`), clients
 * and keys (`kid`). Ids of two issuers are never the same, and none is ever one of ours.
 */
export const foreignId = (issuer: string, id: string): string => `${issuer}${ID_SEPARATOR}${id}`

/** Whether an id names something of another issuer. */
export const isForeignId = (id: string): boolean => id.includes(ID_SEPARATOR)
