/**
 * What is wrong at a position. `missing`: no record there, though there are later ones. `unsealed`: not as the server wrote it: changed, moved or put
 * there. `unchained`: the server's own, and not the one that came behind the record before it. `cut_off`: the chain ends before it, though it went on.
 * `end`: what stands there as the end was not put there by the server. `base`: the same of what was forgotten. `checkpoint`: another record than the one
 * that the checkpoint is of.
 */
export interface Finding {
  readonly kind: 'missing' | 'unsealed' | 'unchained' | 'cut_off' | 'end' | 'base' | 'checkpoint'
  readonly position: number
  /** Of several in a row the last. */
  readonly upTo?: number
}

/** A head that somebody has kept elsewhere. */
export interface Checkpoint {
  readonly position: number
  readonly hash: string
}

export interface Verification {
  /** How many records were looked at. */
  readonly records: number
  readonly base: number
  readonly head: number
  /** `held`: the record that the checkpoint is of is there. `forgotten`: it is older than what is kept. */
  readonly checkpoint: 'none' | 'held' | 'forgotten' | 'broken'
  /** The first hundred, by position. Empty: all is as it was written. */
  readonly findings: readonly Finding[]
}
