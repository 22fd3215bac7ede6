import type { EpochMs } from 'countersign/core'
import type { FactorAddition } from '../../account/factor/factor-store.ts'
import type { Passkey, PasskeyEnrolment, PasskeyStore, PasskeyUse } from '../../account/passkey/passkey-store.ts'
import { causeOfPasskey } from '../append.ts'
import { dropRecoveryOfNone, keepRecovery, noteChange } from './factor-change.ts'
import type { Tables } from './tables.ts'

export class MemoryPasskeyStore implements PasskeyStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async enrol({ passkey, maximum, recovery }: PasskeyEnrolment): Promise<FactorAddition> {
    const { users, passkeys } = this.#tables
    const { id, user, credential, createdAt } = passkey
    const isKnown = [...passkeys.values()].some((each) => each.credential === credential)
    if (isKnown || !users.has(user) || this.#of(user).length >= maximum) return 'refused'
    noteChange(this.#tables, user, causeOfPasskey(passkey, 'create'), createdAt)
    passkeys.set(id, passkey)
    return keepRecovery(this.#tables, user, recovery)
  }

  async findByCredential(credential: string): Promise<Passkey | undefined> {
    return [...this.#tables.passkeys.values()].find((each) => each.credential === credential)
  }

  async list(user: string): Promise<readonly Passkey[]> {
    return this.#of(user).toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
  }

  async rename(user: string, id: string, name: string): Promise<Passkey | undefined> {
    const passkey = this.#found(user, id)
    if (passkey === undefined) return undefined
    const renamed = { ...passkey, name }
    this.#tables.passkeys.set(id, renamed)
    return renamed
  }

  async use({ id, counter, backedUp, at }: PasskeyUse): Promise<boolean> {
    const passkey = this.#tables.passkeys.get(id)
    if (passkey === undefined) return false
    const moves = counter > passkey.counter || (counter === 0 && passkey.counter === 0)
    if (moves) this.#tables.passkeys.set(id, { ...passkey, counter, backedUp, lastUsedAt: at })
    return moves
  }

  async remove(user: string, id: string, at: EpochMs): Promise<boolean> {
    const passkey = this.#found(user, id)
    if (passkey === undefined) return false
    noteChange(this.#tables, user, causeOfPasskey(passkey, 'delete'), at)
    this.#tables.passkeys.delete(id)
    dropRecoveryOfNone(this.#tables, user)
    return true
  }

  #of(user: string): readonly Passkey[] {
    return [...this.#tables.passkeys.values()].filter((each) => each.user === user)
  }

  #found(user: string, id: string): Passkey | undefined {
    const passkey = this.#tables.passkeys.get(id)
    return passkey?.user === user ? passkey : undefined
  }
}
