import { AuthError, type RefusalCode } from '../core/index.ts'
import type { FreshnessState } from '../revocation/index.ts'

/** How often something was decided while so much was known of the log. */
export interface DecisionCount {
  /** `accepted`, or the code of the refusal; `internal` for what was none. */
  readonly outcome: 'accepted' | RefusalCode
  readonly freshness: FreshnessState
  readonly count: number
}

interface Tally {
  accepted: number
  readonly refused: Map<RefusalCode, number>
}

const tally = (): Tally => ({ accepted: 0, refused: new Map() })

/**
 * Counts decisions in plain numbers: what a credential costs that the cache knows is counted in nanoseconds, and one more addition is all
 * that it may cost to be counted. There are as many counts as there are refusals in the table, whoever calls.
 */
export class DecisionCounts {
  readonly #tallies: Readonly<Record<FreshnessState, Tally>> = { fresh: tally(), grace: tally(), stale: tally() }
  #now: Tally

  constructor(state: FreshnessState) {
    this.#now = this.#tallies[state]
  }

  /** What comes from now on is decided in this state. */
  enter(state: FreshnessState): void {
    this.#now = this.#tallies[state]
  }

  accept(times: number = 1): void {
    this.#now.accepted += times
  }

  refuse(thrown: unknown): void {
    const code = thrown instanceof AuthError ? thrown.code : 'internal'
    const { refused } = this.#now
    refused.set(code, (refused.get(code) ?? 0) + 1)
  }

  /** Counts what is not decided yet. */
  async settle<Accepted>(pending: Promise<Accepted>): Promise<Accepted> {
    try {
      const accepted = await pending
      this.accept()
      return accepted
    } catch (thrown) {
      this.refuse(thrown)
      throw thrown
    }
  }

  /** In every state how much was accepted, and whatever was refused at least once. */
  list(): readonly DecisionCount[] {
    const states: readonly FreshnessState[] = ['fresh', 'grace', 'stale']
    return states.flatMap((freshness) => {
      const { accepted, refused } = this.#tallies[freshness]
      const refusals = [...refused].map(([outcome, count]) => ({ outcome, freshness, count }))
      return [{ outcome: 'accepted' as const, freshness, count: accepted }, ...refusals]
    })
  }
}
