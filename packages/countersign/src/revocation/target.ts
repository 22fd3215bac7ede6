/** What a cut-off can be aimed at (DESIGN 4). The order is the order of the index's tables. */
export const targetKinds = ['everyone', 'issuer', 'client', 'role', 'group', 'user', 'session', 'token', 'key'] as const

export type TargetKind = (typeof targetKinds)[number]

/** `everyone` and `issuer` have no id of their own: theirs is the empty string. */
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
