import type { EpochMs } from 'countersign/core'
import type { FactorStore, TotpConfirmation, TotpFactor } from '../../account/factor/factor-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { FactorRecord, Tables } from './tables.ts'

export class MemoryFactorStore implements FactorStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async enrol(factor: TotpFactor): Promise<'enrolled' | 'refused'> {
    const { users, factors } = this.#tables
    if (!users.has(factor.user) || factors.get(factor.user)?.factor.confirmedAt !== undefined) return 'refused'
    factors.set(factor.user, { factor, recoveryCodes: [] })
    return 'enrolled'
  }

  async find(user: string): Promise<TotpFactor | undefined> {
    return this.#tables.factors.get(user)?.factor
  }

  async confirm({ user, id, recoveryCodes, at }: TotpConfirmation): Promise<boolean> {
    const factor = this.#found(user, id)?.factor
    if (factor === undefined || factor.confirmedAt !== undefined) return false
    this.#noteChange(user, 'create', at)
    this.#tables.factors.set(user, { factor: { ...factor, confirmedAt: at }, recoveryCodes })
    return true
  }

  async useRecoveryCode(factor: string, hash: string): Promise<boolean> {
    const record = [...this.#tables.factors.values()].find((each) => each.factor.id === factor)
    if (record === undefined || !record.recoveryCodes.includes(hash)) return false
    const recoveryCodes = record.recoveryCodes.filter((each) => each !== hash)
    this.#tables.factors.set(record.factor.user, { ...record, recoveryCodes })
    return true
  }

  async remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    const record = this.#found(user, id)
    if (record === undefined) return false
    if (record.factor.confirmedAt !== undefined) this.#noteChange(user, 'delete', at)
    return this.#tables.factors.delete(user)
  }

  #found(user: string, id: string): FactorRecord | undefined {
    const record = this.#tables.factors.get(user)
    return record?.factor.id === id ? record : undefined
  }

  #noteChange(id: string, change: NonNullable<Cause['change']>, at: EpochMs): void {
    const record = this.#tables.users.get(id)
    if (record === undefined) throw new Error(`there is no user ${id}`)
    const { user, password } = record
    this.#tables.log.cutOff({ kind: 'user', id }, 'soft', at, { credential: 'app', change })
    this.#tables.users.set(id, { user: { ...user, updatedAt: at }, password: { ...password, generation: password.generation + 1 } })
  }
}
