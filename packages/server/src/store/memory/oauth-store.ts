import type { EpochMs } from 'countersign/core'
import type { Artifact, Grant, OAuthStore, PersonalToken, Redemption, RefreshFacts, StoredArtifact } from '../../oauth/oauth-store.ts'
import { type ArtifactRecord, artifactKey, sessionClientKey, type Tables } from './tables.ts'

export class MemoryOAuthStore implements OAuthStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async put(artifact: Artifact): Promise<boolean> {
    return this.#put(artifact)
  }

  async find(model: string, id: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    return this.#living(this.#tables.artifacts.get(artifactKey(model, id)), now)
  }

  async findByUserCode(userCode: string, now: EpochMs): Promise<StoredArtifact | undefined> {
    return this.#living(
      [...this.#tables.artifacts.values()].find((each) => each.userCode === userCode),
      now,
    )
  }

  async findRefresh(client: string, id: string, now: EpochMs): Promise<RefreshFacts | undefined> {
    const artifact = this.#tables.artifacts.get(artifactKey('RefreshToken', id))
    if (artifact?.client !== client || artifact.consumedAt !== undefined || this.#living(artifact, now) === undefined) return undefined
    const known = this.#tables.oauthClients.get(client)
    const grant = this.#tables.grants.get(artifact.grant ?? '')
    const person = this.#tables.activeUser(artifact.user ?? '')?.user
    if (known === undefined || known.disabledAt !== undefined || person === undefined) return undefined
    if (grant?.client !== client || grant.user !== person.id) return undefined
    const { id: user, name, email, emailVerifiedAt, updatedAt } = person
    return {
      client: known,
      payload: artifact.payload,
      grant: { id: grant.id, payload: grant.payload },
      person: { id: user, name, email, emailVerifiedAt, updatedAt },
      scopes: this.#tables.scopeFacts(known.scopes, person.roles),
    }
  }

  async consume(model: string, id: string, at: EpochMs): Promise<boolean> {
    return this.#consume(model, id, at)
  }

  async remove(model: string, id: string): Promise<void> {
    this.#tables.artifacts.delete(artifactKey(model, id))
  }

  async redeem(redemption: Redemption): Promise<boolean> {
    const { jti, client, person, expiresAt } = redemption.token
    if (!this.#stands(redemption.token) || !this.#uses(redemption)) return false
    this.#tables.oauthTokens.set(jti, { grant: person.grant, expiresAt })
    this.#noteClient(client, person)
    return true
  }

  async putGrant(grant: Omit<Grant, 'createdAt'>): Promise<void> {
    const createdAt = this.#tables.grants.get(grant.id)?.createdAt ?? grant.changedAt
    this.#tables.grants.set(grant.id, { ...grant, createdAt })
  }

  async findGrant(id: string): Promise<Grant | undefined> {
    return this.#tables.grants.get(id)
  }

  async grantsOf(user: string): Promise<readonly Grant[]> {
    const own = [...this.#tables.grants.values()].filter((grant) => grant.user === user)
    return own.sort((a, b) => b.changedAt - a.changedAt || (a.id < b.id ? -1 : 1))
  }

  async endGrant(id: string, keep: boolean, at: EpochMs): Promise<boolean> {
    const { grants, artifacts, oauthTokens, log } = this.#tables
    if (!grants.has(id)) return false
    for (const [jti, { grant }] of [...oauthTokens]) {
      if (grant !== id) continue
      log.cutOff({ kind: 'token', id: jti }, 'soft', at)
      oauthTokens.delete(jti)
    }
    if (!keep) grants.delete(id)
    for (const [key, { grant }] of [...artifacts]) if (grant === id) artifacts.delete(key)
    return true
  }

  async sweep(now: EpochMs, limit: number): Promise<number> {
    const { artifacts, oauthTokens } = this.#tables
    const dead = <Value extends { readonly expiresAt: EpochMs }>(table: Map<string, Value>): number => {
      const keys = [...table].filter(([, { expiresAt }]) => expiresAt <= now).slice(0, limit)
      for (const [key] of keys) table.delete(key)
      return keys.length
    }
    return dead(artifacts) + dead(oauthTokens)
  }

  #stands({ client, person, at }: PersonalToken): boolean {
    const { oauthClients, grants } = this.#tables
    const known = oauthClients.get(client)
    if (known === undefined || known.disabledAt !== undefined) return false
    const { user, grant, session } = person
    const consent = grants.get(grant)
    if (this.#tables.activeUser(user) === undefined || consent?.user !== user || consent.client !== client) return false
    return session === undefined || this.#isLiving(session, user, at)
  }

  /** @returns false, and nothing has changed, when it may not be used, or not again. */
  #uses({ model, id, repeatableAfter, token: { at }, successor }: Redemption): boolean {
    const { artifacts } = this.#tables
    const stored = this.#living(artifacts.get(artifactKey(model, id)), at)
    if (stored === undefined) return false
    if (stored.consumedAt !== undefined) {
      const isLate = repeatableAfter === undefined || stored.consumedAt <= repeatableAfter
      const next = successor && artifacts.get(artifactKey(successor.model, successor.id))
      return !isLate && next !== undefined && next.consumedAt === undefined
    }
    return (successor === undefined || this.#put(successor)) && this.#consume(model, id, at)
  }

  #put(artifact: Artifact): boolean {
    const { artifacts, grants, sessions } = this.#tables
    const { model, id, grant, session } = artifact
    const known = artifacts.get(artifactKey(model, id))
    if (known !== undefined && (known.consumedAt !== undefined || known.user !== undefined)) return false
    if (grant !== undefined && !grants.has(grant)) return false
    if (session !== undefined && !sessions.has(session)) return false
    artifacts.set(artifactKey(model, id), { ...artifact, consumedAt: undefined })
    return true
  }

  #consume(model: string, id: string, at: EpochMs): boolean {
    const key = artifactKey(model, id)
    const known = this.#tables.artifacts.get(key)
    if (known === undefined || known.consumedAt !== undefined) return false
    this.#tables.artifacts.set(key, { ...known, consumedAt: at })
    return true
  }

  #noteClient(client: string, { user, signedIn = '' }: PersonalToken['person']): void {
    const { sessions, sessionClients } = this.#tables
    const session = sessions.get(signedIn)
    if (session?.user !== user) return
    const noted = { session: session.id, client, user, expiresAt: session.expiresAt }
    sessionClients.set(sessionClientKey(noted), noted)
  }

  #living(artifact: ArtifactRecord | undefined, now: EpochMs): StoredArtifact | undefined {
    if (artifact === undefined) return undefined
    const { payload, consumedAt, expiresAt, session } = artifact
    return session === undefined || this.#isLiving(session, undefined, now) ? { payload, consumedAt, expiresAt } : undefined
  }

  #isLiving(id: string, user: string | undefined, now: EpochMs): boolean {
    const session = this.#tables.sessions.get(id)
    const isOwn = session !== undefined && (user === undefined || session.user === user)
    return isOwn && session.expiresAt > now && session.idleExpiresAt > now
  }
}
