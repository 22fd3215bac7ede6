import type { EpochMs } from 'countersign/core'
import type { Session } from '../../session/session.ts'
import type { Issuance, Reauthentication, Rotation, SessionOpening, SessionStore } from '../../session/session-store.ts'
import type { Tables } from './tables.ts'

export class MemorySessionStore implements SessionStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async open({ session, passwordGeneration, single, jobs = [], link, upstream }: SessionOpening): Promise<Issuance | 'refused'> {
    const { sessions } = this.#tables
    if (this.#tables.activeUser(session.user)?.password.generation !== passwordGeneration) return 'refused'
    if (sessions.has(session.id)) throw new Error(`there is a session ${session.id} already`)
    if (link !== undefined && !this.#tables.signInByLink(link, session.user, session.createdAt)) return 'refused'
    if (single) this.#endUsers(session.user, undefined, session.createdAt)
    sessions.set(session.id, session)
    if (upstream !== undefined) this.#tables.upstream.set(session.id, upstream)
    this.#tables.addJobs(jobs)
    this.#tables.log.noteChange()
    return this.#tables.issuanceOf(session) ?? 'refused'
  }

  async find(id: string): Promise<Session | undefined> {
    return this.#tables.sessions.get(id)
  }

  async rotate({ id, fromGeneration, keyId, rotatedBy, idleExpiresAt, at }: Rotation): Promise<Issuance | 'lost'> {
    const before = this.#tables.sessions.get(id)
    if (before === undefined || before.generation !== fromGeneration || hasExpired(before, at)) return 'lost'
    const after = { ...before, generation: fromGeneration + 1, rotatedAt: at, rotatedBy, keyId, idleExpiresAt }
    const issuance = this.#tables.issuanceOf(after)
    if (issuance === undefined) return 'lost'
    this.#tables.sessions.set(id, after)
    return issuance
  }

  async reauthenticate({ id, user, passwordGeneration, device, at, ...moved }: Reauthentication): Promise<Issuance | 'refused'> {
    const before = this.#tables.sessions.get(id)
    if (before?.user !== user || hasExpired(before, at)) return 'refused'
    if (this.#tables.activeUser(user)?.password.generation !== passwordGeneration) return 'refused'
    const { userAgent, address } = device
    const { amr, keyId, rotatedBy } = moved
    const rotated = { generation: before.generation + 1, rotatedAt: at, rotatedBy, keyId }
    const after = { ...before, ...rotated, authenticatedAt: at, amr, device: { ...before.device, userAgent, address } }
    this.#tables.log.cutOff({ kind: 'session', id }, 'soft', at)
    this.#tables.sessions.set(id, after)
    return this.#tables.issuanceOf(after) ?? 'refused'
  }

  async issuance(id: string): Promise<Issuance | undefined> {
    const session = this.#tables.sessions.get(id)
    return session === undefined ? undefined : this.#tables.issuanceOf(session)
  }

  async end(id: string, at: EpochMs, isTheft = false): Promise<boolean> {
    const session = this.#tables.sessions.get(id)
    if (session === undefined) return false
    this.#tables.log.cutOff({ kind: 'session', id }, 'hard', at, { user: session.user, ...(isTheft ? { theft: true } : {}) })
    return this.#tables.sessions.delete(id)
  }

  async endAll(user: string, except: string | undefined, at: EpochMs): Promise<readonly string[]> {
    return this.#endUsers(user, except, at)
  }

  async list(user: string, now: EpochMs): Promise<readonly Session[]> {
    return [...this.#tables.sessions.values()]
      .filter((session) => session.user === user && !hasExpired(session, now))
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
  }

  async countByKey(now: EpochMs): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for (const session of this.#tables.sessions.values()) {
      if (!hasExpired(session, now)) counts.set(session.keyId, (counts.get(session.keyId) ?? 0) + 1)
    }
    return counts
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    let room = limit
    return this.#tables.dropSessions((session) => hasExpired(session, now) && room-- > 0).length
  }

  #endUsers(user: string, except: string | undefined, at: EpochMs): readonly string[] {
    const ending = [...this.#tables.sessions.values()].filter((session) => session.user === user && session.id !== except)
    for (const { id } of ending) {
      this.#tables.log.cutOff({ kind: 'session', id }, 'hard', at, { user })
      this.#tables.sessions.delete(id)
    }
    return ending.map(({ id }) => id)
  }
}

export const hasExpired = (session: Session, now: EpochMs): boolean => session.expiresAt <= now || session.idleExpiresAt <= now
