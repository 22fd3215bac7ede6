import type { EpochMs } from 'countersign/core'
import type { Elevation, ElevationEnding, ElevationStore } from '../../session/elevation-store.ts'
import { elevatedRoles } from '../elevated-roles.ts'
import type { Tables } from './tables.ts'

export class MemoryElevationStore implements ElevationStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async start(elevation: Elevation): Promise<'started' | 'refused' | 'held'> {
    const { id, user, role, reason, startedAt } = elevation
    if (this.#tables.activeUser(user) === undefined) return 'refused'
    const held = this.#rolesOf(user, startedAt)
    if (held.includes(role)) return 'held'
    const cause = { claims: { roles: [...held, role] }, reason, elevation: id }
    this.#tables.log.cutOff({ kind: 'user', id: user }, 'soft', startedAt, cause)
    this.#tables.elevations.set(id, elevation)
    return 'started'
  }

  async end({ id, user, by, at }: ElevationEnding): Promise<Elevation | undefined> {
    const standing = this.#tables.elevations.get(id)
    if (standing?.user !== user || standing.endedAt !== undefined) return undefined
    const roles = this.#rolesOf(user, at, id)
    this.#tables.log.cutOff({ kind: 'user', id: user }, 'soft', at, { claims: { roles }, elevation: id })
    const ended = { ...standing, endedAt: at, endedBy: by }
    this.#tables.elevations.set(id, ended)
    return ended
  }

  async list(user: string, limit: number): Promise<readonly Elevation[]> {
    return this.#all()
      .filter((each) => each.user === user)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
      .slice(0, limit)
  }

  async due(now: EpochMs, limit: number): Promise<readonly Elevation[]> {
    return this.#all()
      .filter(({ endedAt, endsAt }) => endedAt === undefined && endsAt <= now)
      .sort((a, b) => a.endsAt - b.endsAt)
      .slice(0, limit)
  }

  async sweep(before: EpochMs, limit: number): Promise<number> {
    const old = this.#all().filter(({ endedAt }) => endedAt !== undefined && endedAt < before)
    const swept = old.slice(0, limit)
    for (const { id } of swept) this.#tables.elevations.delete(id)
    return swept.length
  }

  #all(): readonly Elevation[] {
    return [...this.#tables.elevations.values()]
  }

  #rolesOf(user: string, at: EpochMs, except?: string): readonly string[] {
    return elevatedRoles(this.#tables.users.get(user)?.user.roles ?? [], this.#tables.standingElevations(user, except), at)
  }
}
