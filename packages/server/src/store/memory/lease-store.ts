import type { EpochMs } from 'countersign/core'
import type { Lease, LeaseEnding, LeaseEvent, LeaseReveal, LeaseStore, NewLease, PoolUser } from '../../account/lease/lease-store.ts'
import { NO_PASSWORD, type User } from '../../account/user.ts'
import type { Tables } from './tables.ts'

interface PoolRecord {
  readonly user: string
  readonly pool: string
  readonly email: string
  readonly lease: string | undefined
  readonly usedAt: EpochMs
}

export class MemoryLeaseStore implements LeaseStore {
  readonly #tables: Tables
  readonly #pool = new Map<string, PoolRecord>()
  readonly #leases = new Map<string, Lease>()
  readonly #events = new Map<string, readonly LeaseEvent[]>()

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async addUser(user: User, pool: string): Promise<'added' | 'email_taken'> {
    const email = user.email.toLowerCase()
    if (this.#tables.idByEmail.has(email)) return 'email_taken'
    this.#tables.users.set(user.id, { user: { ...user, status: 'suspended' }, password: { hash: NO_PASSWORD, generation: 1 } })
    this.#tables.idByEmail.set(email, user.id)
    this.#pool.set(user.id, { user: user.id, pool, email, lease: undefined, usedAt: 0 })
    return 'added'
  }

  async removeUser(user: string): Promise<'removed' | 'leased' | 'unknown'> {
    const record = this.#pool.get(user)
    if (record === undefined) return 'unknown'
    if (record.lease !== undefined) return 'leased'
    this.#pool.delete(user)
    return 'removed'
  }

  async users({ pool, after, limit }: Parameters<LeaseStore['users']>[0]): Promise<readonly PoolUser[]> {
    return [...this.#pool.values()]
      .filter((record) => record.user > after && (pool === undefined || record.pool === pool))
      .sort((a, b) => (a.user < b.user ? -1 : 1))
      .slice(0, limit)
      .map((record) => {
        const { user, lease } = record
        return { user, email: this.#userOf(user).email, pool: record.pool, lease, isSetAside: lease === undefined && !this.#isFree(record) }
      })
  }

  async start({ passwordHash, address, ...given }: NewLease): Promise<Lease | undefined> {
    const [record] = [...this.#pool.values()]
      .filter((each) => each.pool === given.pool && this.#isFree(each))
      .sort((a, b) => a.usedAt - b.usedAt || (a.user < b.user ? -1 : 1))
    const found = record === undefined ? undefined : this.#tables.users.get(record.user)
    if (record === undefined || found === undefined) return undefined
    const { id, startedAt: at } = given
    const { user, password } = found
    const lease: Lease = { ...given, user: user.id, email: user.email, endedAt: undefined, endedBy: undefined }
    const change = {
      user: { ...user, status: 'active', updatedAt: at },
      password: { hash: passwordHash, generation: password.generation + 1 },
    } as const
    this.#tables.users.set(user.id, change)
    this.#pool.set(user.id, { ...record, lease: id, usedAt: at })
    this.#leases.set(id, lease)
    this.#note(id, { kind: 'started', at, by: lease.startedBy, address })
    return lease
  }

  async find(id: string): Promise<Lease | undefined> {
    return this.#leases.get(id)
  }

  async list({ standing, startedBy, limit }: Parameters<LeaseStore['list']>[0]): Promise<readonly Lease[]> {
    return [...this.#leases.values()]
      .filter((lease) => (lease.endedAt === undefined || !standing) && (startedBy === undefined || lease.startedBy === startedBy))
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
      .slice(0, limit)
  }

  async events(id: string): Promise<readonly LeaseEvent[]> {
    return this.#events.get(id) ?? []
  }

  async standingEnd(user: string): Promise<EpochMs | undefined> {
    const id = this.#pool.get(user)?.lease
    return id === undefined ? undefined : this.#leases.get(id)?.endsAt
  }

  async reveal({ id, from, sealed, by, address, at }: LeaseReveal): Promise<boolean> {
    const lease = this.#leases.get(id)
    if (lease === undefined || lease.sealed !== from || lease.endedAt !== undefined || lease.endsAt <= at) return false
    this.#leases.set(id, { ...lease, sealed })
    this.#note(id, { kind: 'revealed', at, by, address })
    return true
  }

  async end({ id, by, address, at }: LeaseEnding): Promise<Lease | undefined> {
    const lease = this.#leases.get(id)
    if (lease === undefined || lease.endedAt !== undefined) return undefined
    this.#shutOut(lease.user, at)
    const ended = { ...lease, endedAt: at, endedBy: by, sealed: undefined }
    this.#leases.set(id, ended)
    const record = this.#pool.get(lease.user)
    if (record !== undefined) this.#pool.set(lease.user, { ...record, lease: undefined, usedAt: at })
    this.#note(id, { kind: 'ended', at, by, address })
    return ended
  }

  async due(now: EpochMs, limit: number): Promise<readonly Lease[]> {
    return [...this.#leases.values()]
      .filter(({ endedAt, endsAt }) => endedAt === undefined && endsAt <= now)
      .sort((a, b) => a.endsAt - b.endsAt)
      .slice(0, limit)
  }

  async sweep(before: EpochMs, limit: number): Promise<number> {
    const old = [...this.#leases.values()].filter(({ endedAt }) => endedAt !== undefined && endedAt < before).slice(0, limit)
    for (const { id } of old) {
      this.#leases.delete(id)
      this.#events.delete(id)
    }
    return old.length
  }

  #shutOut(id: string, at: EpochMs): void {
    this.#tables.shutOut(id, at, { credential: 'password', reason: 'lease_ended' })
    const record = this.#tables.users.get(id)
    if (record !== undefined) this.#tables.users.set(id, { ...record, user: { ...record.user, status: 'suspended' } })
    this.#tables.endElevations(id, at)
    this.#tables.factors.delete(id)
    this.#tables.recovery.delete(id)
    for (const [key, { user }] of this.#tables.passkeys) if (user === id) this.#tables.passkeys.delete(key)
    for (const [hash, { user }] of this.#tables.links) if (user === id) this.#tables.links.delete(hash)
    for (const [key, { user }] of this.#tables.identities) if (user === id) this.#tables.identities.delete(key)
    this.#tables.endCallerKeys(({ owner }) => owner.kind === 'user' && owner.id === id, at)
  }

  #isFree({ user, email, lease }: PoolRecord): boolean {
    const { status, email: today } = this.#userOf(user)
    return lease === undefined && status === 'suspended' && today.toLowerCase() === email
  }

  #userOf(id: string): User {
    const record = this.#tables.users.get(id)
    if (record === undefined) throw new Error(`there is no user ${id}`)
    return record.user
  }

  #note(id: string, event: LeaseEvent): void {
    this.#events.set(id, [...(this.#events.get(id) ?? []), event])
  }
}
