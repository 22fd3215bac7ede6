import { AuthError, type Platform } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import { ROLE_FORM, type RoleScopes } from './role-scopes.ts'
import type { RoleStore, ScopeFacts, StoredRole } from './role-store.ts'

export interface RolesOptions {
  readonly store: RoleStore
  readonly scopes: RoleScopes
  readonly platform: Platform
}

export interface KnownRole {
  readonly name: string
  readonly scope: readonly string[]
  /** Undefined for a role of the configuration, which only a restart changes. */
  readonly changedAt: number | undefined
}

/** What an application may be given. */
export interface GivenScopes {
  /** Where the log ended before it was read. */
  readonly rev: Position
  readonly scopes: readonly string[]
}

/** A bound on what an operator can fill the database with. */
const MAXIMUM_ROLES = 1_000

/**
 * Which scopes each role brings: those of the configuration, and below them those of the database, which can be changed while the server runs. A
 * change of the latter holds at once: what was issued before is dead when it returns.
 */
export class Roles {
  readonly #options: RolesOptions

  constructor(options: RolesOptions) {
    this.#options = options
  }

  /** By name. A role of the configuration hides one of the database. */
  async list(): Promise<readonly KnownRole[]> {
    const { store, scopes } = this.#options
    const configured: readonly KnownRole[] = [...scopes.configured].map(([name, scope]) => ({ name, scope, changedAt: undefined }))
    const stored = (await store.list()).filter(({ name }) => !scopes.configured.has(name))
    return [...configured, ...stored].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** Scopes that no role brings any more, and that nobody is given without one all the same. */
  async idle(): Promise<readonly string[]> {
    const [reserved, roles] = await Promise.all([this.#options.store.reserved(), this.list()])
    const brought = new Set(roles.flatMap(({ scope }) => scope))
    return reserved.filter((scope) => !brought.has(scope))
  }

  /** @throws {AuthError} `role_configured`; `request_invalid` for a name that nobody can be given; `conflict` when there are too many. */
  async set(name: string, scope: readonly string[]): Promise<StoredRole> {
    const { store, platform } = this.#options
    this.#requireOurs(name)
    if (!ROLE_FORM.test(name)) throw new AuthError('request_invalid', { pointer: '/name', problem: `must match ${ROLE_FORM.source}` })
    const role = { name, scope: [...new Set(scope)].sort(), changedAt: platform.clock.now() }
    if ((await store.set(role, MAXIMUM_ROLES)) === 'full') throw new AuthError('conflict', { reason: 'too_many_roles' })
    return role
  }

  /** Whoever has the role keeps it by name; it brings nothing. @throws {AuthError} `role_configured`; `not_found`. */
  async remove(name: string): Promise<void> {
    const { store, platform, scopes } = this.#options
    if (await store.remove(name, platform.clock.now())) return
    if (scopes.configured.has(name)) this.#requireOurs(name)
    throw new AuthError('not_found', { role: name })
  }

  /** From now on applications are given the scope as any other. @throws {AuthError} `request_invalid` while a role brings it; `not_found`. */
  async release(scope: string): Promise<void> {
    const { store, scopes } = this.#options
    const isConfigured = [...scopes.configured.values()].some((brought) => brought.includes(scope))
    const outcome = isConfigured ? 'held' : await store.release(scope)
    if (outcome === 'held') throw new AuthError('request_invalid', { pointer: '/scope', problem: 'is brought by a role' })
    if (outcome === 'unknown') throw new AuthError('not_found', { scope })
  }

  /** So that a scope which the configuration no longer gives to a role is not everybody's by that. */
  async reserveConfigured(): Promise<void> {
    const { store, scopes } = this.#options
    const configured = [...new Set([...scopes.configured.values()].flat())]
    const reserved = new Set(configured.length === 0 ? [] : await store.reserved())
    const missing = configured.filter((scope) => !reserved.has(scope))
    if (missing.length > 0) await store.reserve(missing)
  }

  /** What these roles bring at the moment. For advice, not for tokens: whatever is issued reads it with the head of the log. */
  async of(roles: readonly string[]): Promise<readonly string[]> {
    const { store, scopes } = this.#options
    return scopes.of(roles, new Map((await store.list()).map(({ name, scope }) => [name, scope])))
  }

  /**
   * What an application may be given: of what it may ask for, everything in its own name; in the name of somebody what their roles bring, and what
   * belongs to no role.
   *
   * @returns undefined when the application is unknown, or the person gone or not active.
   */
  async givenTo(client: string, user: string | undefined): Promise<GivenScopes | undefined> {
    const facts = await this.#options.store.scopeFacts(client, user)
    return facts === undefined ? undefined : { rev: facts.rev, scopes: this.given(facts) }
  }

  /** As `givenTo`, by what was read before. */
  given(facts: ScopeFacts): readonly string[] {
    if (facts.roles === undefined) return facts.scopes
    const { scopes } = this.#options
    const brought = new Set(scopes.of(facts.roles, facts.stored))
    const ofRoles = new Set([...[...scopes.configured.values()].flat(), ...facts.reserved])
    return facts.scopes.filter((scope) => brought.has(scope) || !ofRoles.has(scope))
  }

  /** What is said on the machine itself cannot be unsaid through the API. */
  #requireOurs(name: string): void {
    if (this.#options.scopes.configured.has(name)) throw new AuthError('role_configured', { role: name })
  }
}
