import { AuthError, newId, type Platform, type Random } from 'countersign/core'
import type { FactorStore, RecoverySet } from './factor-store.ts'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code.ts'

export interface RecoveryCodesOptions {
  readonly store: FactorStore
  readonly platform: Platform
}

export interface NewRecoveryCodes {
  /** Shown once. */
  readonly codes: readonly string[]
  /** What is kept of them. */
  readonly set: RecoverySet
}

const PREFIX = 'rcs'

/** Makes ten codes. They count once a store has taken their set. */
export function makeRecoveryCodes(random: Random): NewRecoveryCodes {
  const id = newId(PREFIX, random)
  const codes = newRecoveryCodes(random)
  return { codes, set: { id, hashes: codes.flatMap((code) => recoveryCodeHash(id, code) ?? []) } }
}

/** What stands in the place of any second factor on the day on which it is lost. */
export class RecoveryCodes {
  readonly #options: RecoveryCodesOptions

  constructor(options: RecoveryCodesOptions) {
    this.#options = options
  }

  /** @returns how many are left. */
  async left(user: string): Promise<number> {
    return (await this.#options.store.findRecovery(user))?.left ?? 0
  }

  /** Uses one up. @throws {AuthError} `credentials_invalid` for one that is wrong, or was used. */
  async use(user: string, code: string): Promise<void> {
    const { store } = this.#options
    const state = await store.findRecovery(user)
    const hash = state && recoveryCodeHash(state.set, code)
    if (state === undefined || hash === undefined || !(await store.useRecoveryCode(state.set, hash))) {
      throw new AuthError('credentials_invalid', { user, factor: 'recovery_code' })
    }
  }

  /**
   * Ten new ones in the place of those of before; every access token of before is dead. That whoever asks has proved themselves lately is the
   * caller's to check.
   *
   * @returns the codes, shown once.
   * @throws {AuthError} `not_found` where there is no second factor in whose place they could stand.
   */
  async renew(user: string): Promise<readonly string[]> {
    const { store, platform } = this.#options
    const { codes, set } = makeRecoveryCodes(platform.random)
    if (!(await store.renewRecovery(user, set, platform.clock.now()))) throw new AuthError('not_found', { user, reason: 'no_factor' })
    return codes
  }
}
