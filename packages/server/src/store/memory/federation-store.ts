import type { EpochMs } from 'countersign/core'
import type {
  EndedSession,
  FederatedIdentity,
  FederationStore,
  IdentityCreation,
  IdentityLink,
  UpstreamEnd,
} from '../../account/federation/federation-store.ts'
import { NO_PASSWORD } from '../../account/user.ts'
import { noteChange } from './factor-change.ts'
import type { Tables } from './tables.ts'

export class MemoryFederationStore implements FederationStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async find(issuer: string, subject: string): Promise<FederatedIdentity | undefined> {
    return this.#find(issuer, subject)
  }

  async list(user: string): Promise<readonly FederatedIdentity[]> {
    return this.#of(user).toSorted((one, other) => one.linkedAt - other.linkedAt || (one.id < other.id ? -1 : 1))
  }

  async link({ identity, maximum }: IdentityLink): Promise<'linked' | 'taken' | 'refused'> {
    const { id, user, issuer, subject, linkedAt } = identity
    if (this.#find(issuer, subject) !== undefined) return 'taken'
    if (this.#tables.activeUser(user) === undefined || this.#of(user).length >= maximum) return 'refused'
    noteChange(this.#tables, user, { credential: 'identity', change: 'create' }, linkedAt)
    this.#tables.identities.set(id, identity)
    return 'linked'
  }

  async create({ user, identity, jobs }: IdentityCreation): Promise<'created' | 'email_taken' | 'taken'> {
    const { users, idByEmail, identities } = this.#tables
    const email = user.email.toLowerCase()
    if (this.#find(identity.issuer, identity.subject) !== undefined) return 'taken'
    if (idByEmail.has(email)) return 'email_taken'
    users.set(user.id, { user, password: { hash: NO_PASSWORD, generation: 1 } })
    idByEmail.set(email, user.id)
    identities.set(identity.id, identity)
    this.#tables.addJobs(jobs)
    return 'created'
  }

  async use(id: string, at: EpochMs): Promise<boolean> {
    const identity = this.#tables.identities.get(id)
    if (identity === undefined) return false
    this.#tables.identities.set(id, { ...identity, lastUsedAt: at })
    return true
  }

  async unlink(user: string, id: string, at: EpochMs): Promise<'unlinked' | 'last' | 'not_found'> {
    const { users, identities, passkeys } = this.#tables
    if (identities.get(id)?.user !== user) return 'not_found'
    const hasPassword = users.get(user)?.password.hash !== NO_PASSWORD
    const hasPasskey = [...passkeys.values()].some((passkey) => passkey.user === user)
    if (!hasPassword && !hasPasskey && this.#of(user).length === 1) return 'last'
    noteChange(this.#tables, user, { credential: 'identity', change: 'delete' }, at)
    identities.delete(id)
    return 'unlinked'
  }

  async endUpstream({ issuer, subject, sid, orUnnamed = false, at }: UpstreamEnd): Promise<readonly EndedSession[]> {
    const { upstream, sessions, log } = this.#tables
    const alsoUnnamed = orUnnamed && subject !== undefined
    const ended: EndedSession[] = []
    for (const [id, each] of [...upstream]) {
      const session = sessions.get(id)
      // What else ends a session leaves this behind.
      if (session === undefined) upstream.delete(id)
      const isMeant =
        each.issuer === issuer &&
        (sid === undefined || each.sid === sid || (alsoUnnamed && each.sid === undefined)) &&
        (subject === undefined || each.subject === subject)
      if (session === undefined || !isMeant) continue
      log.cutOff({ kind: 'session', id }, 'hard', at, { user: session.user })
      sessions.delete(id)
      upstream.delete(id)
      ended.push({ session: id, user: session.user })
    }
    return ended
  }

  #find(issuer: string, subject: string): FederatedIdentity | undefined {
    return [...this.#tables.identities.values()].find((each) => each.issuer === issuer && each.subject === subject)
  }

  #of(user: string): readonly FederatedIdentity[] {
    return [...this.#tables.identities.values()].filter((each) => each.user === user)
  }
}
