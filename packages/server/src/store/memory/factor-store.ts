import type { EpochMs } from 'countersign/core'
import { equalBytes } from 'countersign/crypto'
import type {
  FactorAddition,
  FactorStore,
  RecoverySet,
  RecoveryState,
  TotpConfirmation,
  TotpFactor,
} from '../../account/factor/factor-store.ts'
import { dropRecoveryOfNone, keepRecovery, noteChange } from './factor-change.ts'
import type { Tables } from './tables.ts'

export class MemoryFactorStore implements FactorStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async enrol(factor: TotpFactor): Promise<'enrolled' | 'refused'> {
    const { users, factors } = this.#tables
    if (!users.has(factor.user) || factors.get(factor.user)?.confirmedAt !== undefined) return 'refused'
    factors.set(factor.user, factor)
    return 'enrolled'
  }

  async find(user: string): Promise<TotpFactor | undefined> {
    return this.#tables.factors.get(user)
  }

  async confirm({ user, id, recovery, at }: TotpConfirmation): Promise<FactorAddition> {
    const factor = this.#found(user, id)
    if (factor === undefined || factor.confirmedAt !== undefined) return 'refused'
    noteChange(this.#tables, user, { credential: 'app', change: 'create' }, at)
    this.#tables.factors.set(user, { ...factor, confirmedAt: at })
    return keepRecovery(this.#tables, user, recovery)
  }

  async remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    const factor = this.#found(user, id)
    if (factor === undefined) return false
    if (factor.confirmedAt !== undefined) noteChange(this.#tables, user, { credential: 'app', change: 'delete' }, at)
    this.#tables.factors.delete(user)
    dropRecoveryOfNone(this.#tables, user)
    return true
  }

  async findRecovery(user: string): Promise<RecoveryState | undefined> {
    const set = this.#tables.recovery.get(user)
    return set && { set: set.id, left: set.hashes.length }
  }

  async useRecoveryCode(id: string, hash: string): Promise<boolean> {
    const [user, set] = [...this.#tables.recovery].find(([, each]) => each.id === id) ?? []
    if (user === undefined || set === undefined || !set.hashes.includes(hash)) return false
    this.#tables.recovery.set(user, { id, hashes: set.hashes.filter((each) => each !== hash) })
    return true
  }

  async renewRecovery(user: string, set: RecoverySet, at: EpochMs): Promise<boolean> {
    if (!this.#tables.recovery.has(user)) return false
    noteChange(this.#tables, user, { credential: 'recovery-code' }, at)
    this.#tables.recovery.set(user, set)
    return true
  }

  async list(after: string, limit: number): Promise<readonly TotpFactor[]> {
    const behind = [...this.#tables.factors.values()].filter(({ user }) => user > after)
    return behind.toSorted((one, other) => (one.user < other.user ? -1 : 1)).slice(0, limit)
  }

  async reseal(id: string, sealed: Uint8Array, next: Uint8Array): Promise<boolean> {
    const factor = [...this.#tables.factors.values()].find((each) => each.id === id)
    if (factor === undefined || !equalBytes(factor.sealed, sealed)) return false
    this.#tables.factors.set(factor.user, { ...factor, sealed: next })
    return true
  }

  #found(user: string, id: string): TotpFactor | undefined {
    const factor = this.#tables.factors.get(user)
    return factor?.id === id ? factor : undefined
  }
}
