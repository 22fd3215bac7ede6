import type { EpochMs } from 'countersign/core'
import type { LinkKind, StandingLink } from '../../account/link/link.ts'
import type { LinkStore, LinkTry, LinkUse, NewLink, PasswordReset, ToldLinkUse, TriedLink } from '../../account/link/link-store.ts'
import { dropRecoveryOfNone } from './factor-change.ts'
import type { LinkRecord, Tables, UserRecord } from './tables.ts'

export class MemoryLinkStore implements LinkStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add({ hash, kind, user, email, code, createdAt, expiresAt }: NewLink): Promise<boolean> {
    const owner = this.#tables.activeUser(user)
    if (owner === undefined) return false
    const { links } = this.#tables
    for (const each of [...links.values()]) if (each.user === user && each.kind === kind && kind !== 'not_me') links.delete(each.hash)
    const { generation } = owner.password
    links.set(hash, { hash, kind, user, email: email ?? owner.user.email, generation, code, tries: 0, createdAt, expiresAt })
    return true
  }

  async find(hash: string, at: EpochMs): Promise<StandingLink | undefined> {
    const link = this.#tables.standingLink(hash, at)
    return link && standingOf(link)
  }

  async try({ key, maximum, at }: LinkTry): Promise<TriedLink | undefined> {
    const { links } = this.#tables
    const hash = 'hash' in key ? key.hash : [...links.values()].find(({ code }) => code?.request === key.request)?.hash
    const link = this.#tables.standingLink(hash ?? '', at)
    if (link === undefined || link.kind !== 'magic_link' || link.tries >= maximum) return undefined
    links.set(link.hash, { ...link, tries: link.tries + 1 })
    return { ...standingOf(link), hash: link.hash, codeHash: link.code?.hash }
  }

  async resetPassword({ hash, passwordHash, at }: PasswordReset): Promise<boolean> {
    const found = this.#standing(hash, 'password_reset', at)
    if (found === undefined) return false
    const { owner } = found
    this.#tables.log.cutOff({ kind: 'user', id: owner.user.id }, 'hard', at, { credential: 'password' })
    const user = { ...owner.user, updatedAt: at, emailVerifiedAt: owner.user.emailVerifiedAt ?? at }
    this.#tables.users.set(user.id, { user, password: { hash: passwordHash, generation: owner.password.generation + 1 } })
    this.#tables.dropSessions((session) => session.user === user.id)
    this.#tables.links.delete(hash)
    return true
  }

  async verifyEmail({ hash, at }: LinkUse): Promise<boolean> {
    const found = this.#standing(hash, 'email_verification', at)
    if (found === undefined) return false
    this.#tables.proveAddress(found.link.user, at)
    return this.#tables.links.delete(hash)
  }

  async changeEmail({ hash, at, jobs }: ToldLinkUse): Promise<'changed' | 'email_taken' | 'refused'> {
    const found = this.#standing(hash, 'email_change', at)
    if (found === undefined) return 'refused'
    const { link, owner } = found
    if (this.#isTaken(link)) return 'email_taken'
    this.#tables.log.cutOff({ kind: 'user', id: link.user }, 'soft', at, { claims: { email: [link.email] } })
    this.#moveTo(link, at)
    this.#dropLinks((each) => each.user === link.user && each.kind !== 'not_me')
    this.#tables.addJobs(jobs(standingOf(link), owner.user.email))
    return 'changed'
  }

  async disown({ hash, at, jobs }: ToldLinkUse): Promise<boolean> {
    const found = this.#standing(hash, 'not_me', at)
    if (found === undefined) return false
    const { link, owner } = found
    this.#tables.shutOut(link.user, at, { reason: 'not_me' })
    if (!this.#isTaken(link)) this.#moveTo(link, at)
    this.#dropLinks((each) => each.user === link.user && (each.kind !== 'not_me' || each.createdAt >= link.createdAt))
    for (const { id, user, linkedAt } of [...this.#tables.identities.values()]) {
      if (user === link.user && linkedAt >= link.createdAt) this.#tables.identities.delete(id)
    }
    for (const { id, user, createdAt } of [...this.#tables.passkeys.values()]) {
      if (user === link.user && createdAt >= link.createdAt) this.#tables.passkeys.delete(id)
    }
    dropRecoveryOfNone(this.#tables, link.user)
    this.#tables.addJobs(jobs(standingOf(link), owner.user.email))
    return true
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    let room = limit
    return this.#dropLinks((link) => link.expiresAt <= now && room-- > 0)
  }

  #standing(hash: string, kind: LinkKind, at: EpochMs): { readonly link: LinkRecord; readonly owner: UserRecord } | undefined {
    const link = this.#tables.standingLink(hash, at)
    const owner = this.#tables.users.get(link?.user ?? '')
    return link?.kind === kind && owner !== undefined ? { link, owner } : undefined
  }

  #isTaken({ email, user }: LinkRecord): boolean {
    const owner = this.#tables.idByEmail.get(email.toLowerCase())
    return owner !== undefined && owner !== user
  }

  #moveTo({ user: id, email }: LinkRecord, at: EpochMs): void {
    const record = this.#tables.users.get(id)
    if (record === undefined) throw new Error(`there is no user ${id}`)
    this.#tables.idByEmail.delete(record.user.email.toLowerCase())
    this.#tables.idByEmail.set(email.toLowerCase(), id)
    this.#tables.users.set(id, { ...record, user: { ...record.user, email, emailVerifiedAt: at, updatedAt: at } })
  }

  #dropLinks(isDropped: (link: LinkRecord) => boolean): number {
    const dropped = [...this.#tables.links.values()].filter(isDropped)
    for (const { hash } of dropped) this.#tables.links.delete(hash)
    return dropped.length
  }
}

const standingOf = ({ kind, user, email, generation, expiresAt }: LinkRecord): StandingLink => ({
  kind,
  user,
  email,
  generation,
  expiresAt,
})
