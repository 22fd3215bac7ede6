import type { EpochMs } from 'countersign/core'
import type { RoleStore, ScopeFacts, StoredRole } from '../../credential/role-store.ts'
import { changedScopes, cutOffsOf, livesBy, NAMED_AT_ONCE } from '../role-change.ts'
import type { Tables } from './tables.ts'

export class MemoryRoleStore implements RoleStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async list(): Promise<readonly StoredRole[]> {
    return [...this.#tables.roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async reserved(): Promise<readonly string[]> {
    return [...this.#tables.reservedScopes].sort()
  }

  async set(role: StoredRole, limit: number): Promise<'set' | 'full'> {
    const { roles, reservedScopes } = this.#tables
    const before = roles.get(role.name)
    if (before === undefined && roles.size >= limit) return 'full'
    this.#tell(role.name, changedScopes(before?.scope ?? [], role.scope), role.changedAt)
    roles.set(role.name, role)
    for (const scope of role.scope) reservedScopes.add(scope)
    return 'set'
  }

  async remove(name: string, at: EpochMs): Promise<boolean> {
    const before = this.#tables.roles.get(name)
    if (before === undefined) return false
    this.#tell(name, before.scope, at)
    return this.#tables.roles.delete(name)
  }

  async reserve(scopes: readonly string[]): Promise<void> {
    for (const scope of scopes) this.#tables.reservedScopes.add(scope)
  }

  async release(scope: string): Promise<'released' | 'held' | 'unknown'> {
    if ([...this.#tables.roles.values()].some((role) => role.scope.includes(scope))) return 'held'
    return this.#tables.reservedScopes.delete(scope) ? 'released' : 'unknown'
  }

  async scopeFacts(client: string, user: string | undefined): Promise<ScopeFacts | undefined> {
    const scopes = this.#tables.oauthClients.get(client)?.scopes
    const roles = user === undefined ? undefined : this.#tables.activeUser(user)?.user.roles
    if (scopes === undefined || (user !== undefined && roles === undefined)) return undefined
    return this.#tables.scopeFacts(scopes, roles)
  }

  #tell(role: string, changed: readonly string[], at: EpochMs): void {
    if (changed.length === 0) return
    const { callerKeys, oauthClients, users, log } = this.#tables
    const hasRole = (user: string): boolean => users.get(user)?.user.roles.includes(role) ?? false
    const keys = [...callerKeys.values()].filter(
      (key) => key.owner.kind === 'user' && (key.expiresAt ?? at + 1) > at && hasRole(key.owner.id) && livesBy(key, role, changed),
    )
    const clients = [...oauthClients.values()].filter(({ scopes }) => scopes.some((scope) => changed.includes(scope)))
    const named = [...keys, ...clients].map(({ id }) => id).slice(0, NAMED_AT_ONCE)
    for (const append of cutOffsOf(role, named, at)) log.append(append)
  }
}
