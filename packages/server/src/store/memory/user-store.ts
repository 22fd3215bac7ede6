import type { EpochMs } from 'countersign/core'
import { parseOpaqueRecord } from '../../account/opaque/opaque-record.ts'
import type { PasswordRecord, User, UserStatus } from '../../account/user.ts'
import type { PasswordChange, UserPage, UserStore } from '../../account/user-store.ts'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Issuance } from '../../session/session-store.ts'
import type { Tables, UserRecord } from './tables.ts'

interface Offer {
  readonly tokenHash: string
  readonly expiresAt: EpochMs
}

export class MemoryUserStore implements UserStore {
  readonly #tables: Tables
  #offer: Offer | undefined

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async create(user: User, passwordHash: string, jobs: readonly NewJob[] = []): Promise<'created' | 'email_taken'> {
    const outcome = this.#create(user, passwordHash)
    if (outcome === 'created') this.#tables.addJobs(jobs)
    return outcome
  }

  async find(id: string): Promise<User | undefined> {
    return this.#tables.users.get(id)?.user
  }

  async findByEmail(email: string): Promise<UserRecord | undefined> {
    const id = this.#tables.idByEmail.get(email.toLowerCase())
    return id === undefined ? undefined : this.#tables.users.get(id)
  }

  async findPassword(id: string): Promise<PasswordRecord | undefined> {
    return this.#tables.users.get(id)?.password
  }

  async list({ after = '', limit, search = '' }: UserPage): Promise<readonly User[]> {
    const part = search.toLowerCase()
    return this.#users()
      .filter((user) => user.id > after && `${user.email}\n${user.name ?? ''}`.toLowerCase().includes(part))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }

  async changePassword(change: PasswordChange): Promise<{ readonly kept: Issuance | undefined } | 'changed_meanwhile'> {
    const { user: id, fromGeneration, hash, keepSession, at } = change
    const record = this.#tables.activeUser(id)
    if (record === undefined || record.password.generation !== fromGeneration) return 'changed_meanwhile'
    this.#tables.log.cutOff({ kind: 'user', id }, 'hard', at, { credential: 'password' })
    this.#tables.users.set(id, { user: { ...record.user, updatedAt: at }, password: { hash, generation: fromGeneration + 1 } })
    this.#tables.dropSessions((session) => session.user === id && session.id !== keepSession)
    return { kept: this.#kept(keepSession, id, at) }
  }

  async replaceHash(user: string, from: string, to: string): Promise<boolean> {
    const record = this.#tables.users.get(user)
    if (record?.password.hash !== from) return false
    this.#tables.users.set(user, { ...record, password: { ...record.password, hash: to } })
    return true
  }

  async setStatus(id: string, status: UserStatus, at: EpochMs): Promise<User | undefined> {
    const record = this.#tables.users.get(id)
    if (record === undefined) return undefined
    if (status === 'suspended') {
      this.#tables.log.cutOff({ kind: 'user', id }, 'hard', at)
      this.#tables.dropSessions((session) => session.user === id)
      this.#tables.endElevations(id, at)
    }
    return this.#put(record, { status, updatedAt: at })
  }

  setRoles(id: string, roles: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#setSoftly(id, { roles }, at)
  }

  setGroups(id: string, groups: readonly string[], at: EpochMs): Promise<User | undefined> {
    return this.#setSoftly(id, { groups }, at)
  }

  async setName(id: string, name: string | undefined): Promise<User | undefined> {
    const record = this.#tables.users.get(id)
    return record && this.#put(record, { name })
  }

  async countByOpaqueSetup(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for (const { password } of this.#tables.users.values()) {
      const setup = parseOpaqueRecord(password.hash)?.setup
      if (setup !== undefined) counts.set(setup, (counts.get(setup) ?? 0) + 1)
    }
    return counts
  }

  async offerSetup(tokenHash: string, expiresAt: EpochMs): Promise<boolean> {
    if (this.#hasAdministrator()) return false
    this.#offer = { tokenHash, expiresAt }
    return true
  }

  async redeemSetup(tokenHash: string, user: User, passwordHash: string): Promise<'created' | 'refused' | 'email_taken'> {
    const offer = this.#offer
    const isOpen = offer !== undefined && offer.tokenHash === tokenHash && offer.expiresAt > user.createdAt
    if (!isOpen || this.#hasAdministrator()) return 'refused'
    const outcome = this.#create(user, passwordHash)
    if (outcome === 'created') this.#offer = undefined
    return outcome
  }

  #create(user: User, passwordHash: string): 'created' | 'email_taken' {
    const email = user.email.toLowerCase()
    if (this.#tables.idByEmail.has(email)) return 'email_taken'
    if (this.#tables.users.has(user.id)) throw new Error(`there is a user ${user.id} already`)
    this.#tables.users.set(user.id, { user, password: { hash: passwordHash, generation: 1 } })
    this.#tables.idByEmail.set(email, user.id)
    return 'created'
  }

  async #setSoftly(id: string, claims: Readonly<Record<string, readonly string[]>>, at: EpochMs): Promise<User | undefined> {
    const record = this.#tables.users.get(id)
    if (record === undefined) return undefined
    this.#tables.log.cutOff({ kind: 'user', id }, 'soft', at, { claims })
    return this.#put(record, { ...claims, updatedAt: at })
  }

  #put(record: UserRecord, change: Partial<User>): User {
    const user = { ...record.user, ...change }
    this.#tables.users.set(user.id, { ...record, user })
    return user
  }

  #kept(id: string | undefined, user: string, at: EpochMs): Issuance | undefined {
    const session = id === undefined ? undefined : this.#tables.sessions.get(id)
    if (session?.user !== user || session.expiresAt <= at || session.idleExpiresAt <= at) return undefined
    return this.#tables.issuanceOf(session)
  }

  #hasAdministrator(): boolean {
    return this.#users().some(({ roles }) => roles.includes('admin'))
  }

  #users(): User[] {
    return Array.from(this.#tables.users.values(), ({ user }) => user)
  }
}
