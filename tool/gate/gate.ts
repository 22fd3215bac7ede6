export interface Verdict {
  /** One sentence or block of text for each thing that is wrong. Empty: the gate is passed. */
  readonly problems: readonly string[]
  /** A figure worth a word beside the name of a gate that was passed. */
  readonly note?: string
}

export interface Gate {
  readonly name: string
  /** What would go wrong without it: printed by `npm run check -- --list`. */
  readonly why: string
  check(): Promise<Verdict>
}
