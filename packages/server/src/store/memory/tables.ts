import type { EpochMs } from 'countersign/core'
import type { FederatedIdentity } from '../../account/federation/federation-store.ts'
import type { RecoverySet, TotpFactor } from '../../account/factor/factor-store.ts'
import type { Passkey } from '../../account/passkey/passkey-store.ts'
import type { NewLink } from '../../account/link/link-store.ts'
import { NO_PASSWORD, type PasswordRecord, type User } from '../../account/user.ts'
import type { CallerKey } from '../../credential/caller-key.ts'
import type { StoredScopes } from '../../credential/role-scopes.ts'
import type { ScopeFacts, StoredRole } from '../../credential/role-store.ts'
import type { ServiceCredential } from '../../credential/service-credential-store.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Destination, Job, NewJob } from '../../delivery/delivery-store.ts'
import type { Elevation } from '../../session/elevation-store.ts'
import type { Session } from '../../session/session.ts'
import type { UpstreamSession } from '../../session/authenticator.ts'
import type { ElevatedRole, Issuance } from '../../session/session-store.ts'
import type { ClientInvitation } from '../../oauth/client-invitation-store.ts'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import type { Artifact, Grant } from '../../oauth/oauth-store.ts'
import type { SessionClient } from '../../oauth/session-client-store.ts'
import type { TrustRule } from '../../session/workload/trust-rule.ts'
import type { StoredKey } from '../../signing/key-store.ts'
import type { Append } from '../append.ts'
import { endsArtifactsOf } from '../sqlite/oauth-ending.ts'
import type { Log } from './log.ts'

export interface UserRecord {
  readonly user: User
  readonly password: PasswordRecord
}

export interface LinkRecord extends NewLink {
  readonly email: string
  readonly generation: number
  readonly tries: number
}

export interface JobRecord extends Job {
  readonly dueAt: EpochMs
  readonly deadAt: EpochMs | undefined
  readonly problem?: string
}

/** A job that was delivered and is kept. */
export interface KeptJob extends Job {
  readonly keptAt: EpochMs
  readonly note: string
}

export interface ArtifactRecord extends Artifact {
  readonly consumedAt: EpochMs | undefined
}

/** Neither half has a space. */
export const artifactKey = (model: string, id: string): string => `${model} ${id}`

/** Neither half has a space. */
export const sessionClientKey = ({ session, client }: Pick<SessionClient, 'session' | 'client'>): string => `${session} ${client}`

/**
 * All that the memory store holds. Whatever changes it does so in one synchronous stretch, log entry first: only an append
 * can fail, and nothing has changed by then.
 */
export class Tables {
  readonly log: Log
  readonly users: Map<string, UserRecord> = new Map()
  /** By the lower-case form of the address. */
  readonly idByEmail: Map<string, string> = new Map()
  /** By hash. */
  readonly links: Map<string, LinkRecord> = new Map()
  /** By user. */
  readonly factors: Map<string, TotpFactor> = new Map()
  /** By user; what is left of them. */
  readonly recovery: Map<string, RecoverySet> = new Map()
  readonly passkeys: Map<string, Passkey> = new Map()
  readonly identities: Map<string, FederatedIdentity> = new Map()
  readonly sessions: Map<string, Session> = new Map()
  /** By session. */
  readonly upstream: Map<string, UpstreamSession> = new Map()
  readonly elevations: Map<string, Elevation> = new Map()
  /** By name. */
  readonly roles: Map<string, StoredRole> = new Map()
  readonly reservedScopes: Set<string> = new Set()
  readonly keys: Map<string, StoredKey> = new Map()
  readonly services: Map<string, ServiceCredential> = new Map()
  readonly trustRules: Map<string, TrustRule> = new Map()
  readonly callerKeys: Map<string, CallerKey> = new Map()
  /** By name. */
  readonly sealedSecrets: Map<string, string> = new Map()
  /** By user. */
  readonly languages: Map<string, string> = new Map()
  readonly destinations: Map<string, Destination> = new Map()
  /** In the order in which they were added. */
  readonly jobs: Map<string, JobRecord> = new Map()
  readonly keptJobs: Map<string, KeptJob> = new Map()

  readonly oauthClients: Map<string, OAuthClient> = new Map()
  readonly clientInvitations: Map<string, ClientInvitation> = new Map()
  readonly grants: Map<string, Grant> = new Map()
  /** By `artifactKey`. */
  readonly artifacts: Map<string, ArtifactRecord> = new Map()
  /** By `jti`. */
  readonly oauthTokens: Map<string, { readonly grant: string; readonly expiresAt: EpochMs }> = new Map()
  /** By `sessionClientKey`. */
  readonly sessionClients: Map<string, SessionClient & { readonly expiresAt: EpochMs }> = new Map()

  constructor(log: Log) {
    this.log = log
    log.endsWith((append) => this.#endArtifacts(append))
  }

  #endArtifacts(append: Append): void {
    const target = endsArtifactsOf(append)
    if (target === undefined) return
    for (const [key, { user, client }] of [...this.artifacts]) {
      const isBehind = target.kind === 'everyone' || target.id === (target.kind === 'user' ? user : client)
      if (isBehind) this.artifacts.delete(key)
    }
  }

  activeUser(id: string): UserRecord | undefined {
    const record = this.users.get(id)
    return record?.user.status === 'active' ? record : undefined
  }

  issuanceOf(session: Session): Issuance | undefined {
    const user = this.activeUser(session.user)?.user
    if (user === undefined) return undefined
    const { id, email, name, roles, groups } = user
    const elevations = this.standingElevations(id)
    const subject = { id, email, name, roles, groups }
    const storedScopes = this.storedScopes([...roles, ...elevations.map(({ role }) => role)])
    return {
      rev: this.log.head.position,
      session,
      subject,
      ...(elevations.length === 0 ? {} : { elevations }),
      ...(storedScopes === undefined ? {} : { storedScopes }),
    }
  }

  /** What the roles bring; undefined where nothing is said of any of them. */
  storedScopes(names: readonly string[]): StoredScopes | undefined {
    const found = names.flatMap((name) => this.roles.get(name) ?? [])
    return found.length === 0 ? undefined : new Map(found.map(({ name, scope }) => [name, scope]))
  }

  /** Of an application that may ask for these scopes, in the name of somebody with these roles. */
  scopeFacts(scopes: readonly string[], roles: readonly string[] | undefined): ScopeFacts {
    const reserved = scopes.filter((scope) => this.reservedScopes.has(scope))
    return { rev: this.log.head.position, scopes, reserved, roles, stored: this.storedScopes(roles ?? []) }
  }

  /** Those of a user whose end nobody has noted. */
  standingElevations(user: string, except?: string): readonly ElevatedRole[] {
    return [...this.elevations.values()]
      .filter((each) => each.user === user && each.endedAt === undefined && each.id !== except)
      .map(({ role, endsAt }) => ({ role, endsAt }))
  }

  /** Of whoever is suspended: a role for a while does not come back with them. */
  endElevations(user: string, at: EpochMs): void {
    for (const each of this.elevations.values()) {
      if (each.user === user && each.endedAt === undefined) this.elevations.set(each.id, { ...each, endedAt: at, endedBy: 'suspension' })
    }
  }

  /** Removes the keys of callers that `isEnded` names, and cuts off what verifiers hold of them. */
  endCallerKeys(isEnded: (key: CallerKey) => boolean, at: EpochMs): void {
    for (const { id } of [...this.callerKeys.values()].filter(isEnded)) {
      this.log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'hard', at })
      this.callerKeys.delete(id)
    }
  }

  /** Undefined when it has ended, or the account is no longer as it was when the link was made. One of `not_me` stands whatever has changed. */
  standingLink(hash: string, at: EpochMs): LinkRecord | undefined {
    const link = this.links.get(hash)
    const owner = link === undefined ? undefined : this.activeUser(link.user)
    if (link === undefined || owner === undefined || link.expiresAt <= at) return undefined
    if (link.kind === 'not_me') return link
    const isOfPassword = link.kind === 'email_verification' || link.generation === owner.password.generation
    const isOfAddress = link.kind === 'email_change' || link.email.toLowerCase() === owner.user.email.toLowerCase()
    return isOfPassword && isOfAddress ? link : undefined
  }

  /** The address was shown to be its user's. */
  proveAddress(id: string, at: EpochMs): void {
    const record = this.users.get(id)
    if (record !== undefined)
      this.users.set(id, { ...record, user: { ...record.user, emailVerifiedAt: record.user.emailVerifiedAt ?? at } })
  }

  /** No password is right any more, sessions and tokens have ended. */
  shutOut(id: string, at: EpochMs, cause: Cause): void {
    const record = this.users.get(id)
    if (record === undefined) throw new Error(`there is no user ${id}`)
    this.log.cutOff({ kind: 'user', id }, 'hard', at, cause)
    const password = { hash: NO_PASSWORD, generation: record.password.generation + 1 }
    this.users.set(id, { user: { ...record.user, updatedAt: at }, password })
    this.dropSessions((session) => session.user === id)
  }

  /**
   * A magic link opens a session. Where the address was not proven before, whoever has made the account need not be who reads its mail: what they
   * know is void then.
   */
  signInByLink(hash: string, user: string, at: EpochMs): boolean {
    const link = this.standingLink(hash, at)
    if (link?.user !== user || link.kind !== 'magic_link') return false
    if (this.users.get(user)?.user.emailVerifiedAt === undefined) this.shutOut(user, at, { reason: 'address_proven' })
    this.links.delete(hash)
    this.proveAddress(user, at)
    return true
  }

  /** Adds jobs that are not there, to destinations that are. @returns how many. */
  addJobs(jobs: readonly NewJob[]): number {
    const added = jobs.filter(({ id, destination }) => !this.jobs.has(id) && this.destinations.has(destination))
    for (const job of added) this.jobs.set(job.id, { ...job, attempt: 0, dueAt: job.createdAt, deadAt: undefined })
    return added.length
  }

  /** Removes the sessions that `isEnded` names. @returns their ids. */
  dropSessions(isEnded: (session: Session) => boolean): readonly string[] {
    const ended = [...this.sessions.values()].filter(isEnded).map(({ id }) => id)
    for (const id of ended) this.sessions.delete(id)
    return ended
  }
}
