import { AuthError, type EpochMs } from 'countersign/core'
import type { CallerKey, CallerKeyIssuance } from '../../credential/caller-key.ts'
import type { CallerKeyChange, CallerKeyPage, CallerKeyStore } from '../../credential/caller-key-store.ts'
import type { Tables } from './tables.ts'

export class MemoryCallerKeyStore implements CallerKeyStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(key: CallerKey): Promise<'added' | 'refused'> {
    return this.#add(key)
  }

  async find(id: string): Promise<CallerKey | undefined> {
    return this.#tables.callerKeys.get(id)
  }

  async list({ owner, kinds, after = '', limit }: CallerKeyPage): Promise<readonly CallerKey[]> {
    return [...this.#tables.callerKeys.values()]
      .filter((key) => key.id > after && kinds.includes(key.kind))
      .filter((key) => owner === undefined || (key.owner.kind === owner.kind && key.owner.id === owner.id))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }

  async issue(id: string, at: EpochMs): Promise<CallerKeyIssuance | undefined> {
    const key = this.#tables.callerKeys.get(id)
    if (key === undefined || !isCurrent(key, at) || !this.#stands({ ...key, parent: undefined }, at)) return undefined
    const user = key.owner.kind === 'user' ? this.#tables.activeUser(key.owner.id)?.user : undefined
    const subject = { id: key.owner.id, roles: user?.roles ?? [], groups: user?.groups ?? [] }
    const storedScopes = this.#tables.storedScopes(subject.roles)
    return { rev: this.#tables.log.head.position, key, subject, ...(storedScopes === undefined ? {} : { storedScopes }) }
  }

  async replace(id: string, successor: CallerKey, expiresAt: EpochMs, at: EpochMs): Promise<'replaced' | 'refused'> {
    const key = this.#tables.callerKeys.get(id)
    if (key === undefined || key.successor !== undefined || !isCurrent(key, at)) return 'refused'
    if (this.#tables.callerKeys.has(successor.id) || !this.#stands(successor, successor.createdAt))
      throw new AuthError('conflict', { key: id })
    this.#tables.log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'soft', at })
    const endsAt = Math.min(key.expiresAt ?? expiresAt, expiresAt)
    this.#tables.callerKeys.set(id, { ...key, successor: successor.id, expiresAt: endsAt })
    this.#tables.callerKeys.set(successor.id, successor)
    for (const each of this.#madeWith(id)) this.#tables.callerKeys.set(each.id, { ...each, parent: successor.id })
    return 'replaced'
  }

  async update(id: string, change: CallerKeyChange, at: EpochMs): Promise<CallerKey | undefined> {
    const key = this.#tables.callerKeys.get(id)
    if (key === undefined) return undefined
    const { settings, expiresAt } = change(key)
    for (const each of [key, ...this.#madeWith(id)])
      this.#tables.log.append({ kind: 'cutoff', target: { kind: 'client', id: each.id }, mode: 'soft', at })
    const ends = [expiresAt, ...(key.successor === undefined ? [] : [key.expiresAt])].filter((each) => each !== undefined)
    const updated = { ...key, settings, expiresAt: ends.length === 0 ? undefined : Math.min(...ends) }
    this.#tables.callerKeys.set(id, updated)
    return updated
  }

  async reseal(id: string, material: string, next: string): Promise<boolean> {
    const key = this.#tables.callerKeys.get(id)
    if (key?.material !== material) return false
    this.#tables.callerKeys.set(id, { ...key, material: next })
    return true
  }

  async remove(id: string, at: EpochMs): Promise<boolean> {
    if (!this.#tables.callerKeys.has(id)) return false
    this.#tables.endCallerKeys((key) => key.id === id || key.parent === id, at)
    return true
  }

  async dropExpired(at: EpochMs, limit: number): Promise<number> {
    const expired = [...this.#tables.callerKeys.values()].filter((key) => !isCurrent(key, at)).slice(0, limit)
    for (const { id } of expired) this.#tables.callerKeys.delete(id)
    return expired.length
  }

  async noteUses(uses: readonly { readonly id: string; readonly at: EpochMs }[]): Promise<void> {
    for (const { id, at } of uses) {
      const key = this.#tables.callerKeys.get(id)
      if (key !== undefined && (key.lastUsedAt ?? 0) < at) this.#tables.callerKeys.set(id, { ...key, lastUsedAt: at })
    }
  }

  #madeWith(id: string): readonly CallerKey[] {
    return [...this.#tables.callerKeys.values()].filter(({ parent }) => parent === id)
  }

  #add(key: CallerKey): 'added' | 'refused' {
    if (!this.#stands(key, key.createdAt)) return 'refused'
    if (this.#tables.callerKeys.has(key.id)) throw new AuthError('conflict', { key: key.id })
    this.#tables.callerKeys.set(key.id, key)
    return 'added'
  }

  #stands({ owner, session, parent }: CallerKey, at: EpochMs): boolean {
    const ownerStands = owner.kind === 'user' ? this.#tables.activeUser(owner.id) !== undefined : this.#tables.services.has(owner.id)
    const living = session === undefined ? undefined : this.#tables.sessions.get(session)
    const sessionStands = session === undefined || (living !== undefined && living.expiresAt > at && living.idleExpiresAt > at)
    const elder = parent === undefined ? undefined : this.#tables.callerKeys.get(parent)
    return ownerStands && sessionStands && (parent === undefined || (elder !== undefined && isCurrent(elder, at)))
  }
}

const isCurrent = ({ expiresAt }: CallerKey, at: EpochMs): boolean => expiresAt === undefined || expiresAt > at
