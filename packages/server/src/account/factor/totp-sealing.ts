import type { Random } from 'countersign/core'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { FactorStore, TotpFactor } from './factor-store.ts'

export const TOTP_PURPOSE = 'totp/1'

/** A sealed secret cannot be moved to another row. */
export const contextOf = ({ id, user }: Pick<TotpFactor, 'id' | 'user'>): string => `totp_factor:${id}:${user}`

export interface TotpSealingOptions {
  readonly store: FactorStore
  readonly secret: MasterSecret
  readonly random: Random
}

export interface TotpSealingTotal {
  /** How many secrets were sealed anew. */
  readonly resealed: number
  /** How many no master secret opens: their owners cannot sign in with the app unless the one that sealed them comes back. */
  readonly lost: number
}

const PAGE = 200

/** Moves the secrets of authenticator apps under the first master secret of the list, so that the others may leave it. */
export class TotpSealing {
  readonly #options: TotpSealingOptions

  constructor(options: TotpSealingOptions) {
    this.#options = options
  }

  /** All of them, whoever else does so at the same time; what a process that ended has left, the next run does. */
  async renew(): Promise<TotpSealingTotal> {
    const total = { resealed: 0, lost: 0 }
    const { store, secret } = this.#options
    if (!secret.hasOlder) return total
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: readonly TotpFactor[] = await store.list(after, PAGE)
      for (const factor of page) {
        const { lost, next } = this.#sealedAnew(factor)
        if (lost) total.lost++
        else if (next !== undefined && (await store.reseal(factor.id, factor.sealed, next))) total.resealed++
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.user
      // A page is milliseconds of cryptography: requests come first.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return total
  }

  #sealedAnew(factor: TotpFactor): { readonly lost: boolean; readonly next?: Uint8Array | undefined } {
    const { secret, random } = this.#options
    try {
      return { lost: false, next: secret.resealed(TOTP_PURPOSE, factor.sealed, contextOf(factor), random) }
    } catch {
      return { lost: true }
    }
  }
}
