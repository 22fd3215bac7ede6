import type { EpochMs } from 'countersign/core'
import type { Cause } from '../../delivery/event-log.ts'
import type { Elevation, ElevationEnding, ElevationStore } from '../../session/elevation-store.ts'
import { elevatedRoles } from '../elevated-roles.ts'
import type { Database } from './database.ts'
import { elevatedRoleOf, type ElevatedRoleRow, elevationColumns, elevationOf, type ElevationRow, elevationValues } from './elevation-row.ts'
import { parseList } from './list.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

interface OwnerRow {
  readonly status: string
  readonly roles: string
}

export class SqliteElevationStore implements ElevationStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #owner: Statement<OwnerRow>
  readonly #standing: Statement<ElevatedRoleRow>
  readonly #insert: Statement
  readonly #end: Statement<ElevationRow>
  readonly #list: Statement<ElevationRow>
  readonly #due: Statement<ElevationRow>
  readonly #sweep: Statement

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#owner = database.statement('SELECT status, roles FROM user WHERE id = ?')
    this.#standing = database.statement('SELECT role, ends_at FROM elevation WHERE user_id = ? AND ended_at IS NULL')
    this.#insert = database.statement(
      `INSERT INTO elevation (${elevationColumns.join(', ')}) VALUES (${elevationColumns.map(() => '?').join(', ')})`,
    )
    this.#end = database.statement(
      'UPDATE elevation SET ended_at = ?, ended_by = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL RETURNING *',
    )
    this.#list = database.statement('SELECT * FROM elevation WHERE user_id = ? ORDER BY started_at DESC, id DESC LIMIT ?')
    this.#due = database.statement('SELECT * FROM elevation WHERE ended_at IS NULL AND ends_at <= ? ORDER BY ends_at LIMIT ?')
    this.#sweep = database.statement('DELETE FROM elevation WHERE id IN (SELECT id FROM elevation WHERE ended_at < ? LIMIT ?)')
  }

  start(elevation: Elevation): Promise<'started' | 'refused' | 'held'> {
    const { id, user, role, reason, startedAt } = elevation
    return this.#database.write(() => {
      if (this.#owner.get(user)?.status !== 'active') return 'refused'
      const held = this.#rolesOf(user, startedAt)
      if (held.includes(role)) return 'held'
      this.#insert.run(...elevationValues(elevation))
      this.#cutOff(user, startedAt, { claims: { roles: [...held, role] }, reason, elevation: id })
      return 'started'
    })
  }

  end({ id, user, by, at }: ElevationEnding): Promise<Elevation | undefined> {
    return this.#database.write(() => {
      const ended = this.#end.get(at, by, id, user)
      if (ended === undefined) return undefined
      this.#cutOff(user, at, { claims: { roles: this.#rolesOf(user, at) }, elevation: id })
      return elevationOf(ended)
    })
  }

  list(user: string, limit: number): Promise<readonly Elevation[]> {
    return this.#database.read(() => this.#list.all(user, limit).map(elevationOf))
  }

  due(now: EpochMs, limit: number): Promise<readonly Elevation[]> {
    return this.#database.read(() => this.#due.all(now, limit).map(elevationOf))
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweep.run(before, limit))
  }

  #rolesOf(user: string, at: EpochMs): readonly string[] {
    return elevatedRoles(parseList(this.#owner.get(user)?.roles ?? '[]'), this.#standing.all(user).map(elevatedRoleOf), at)
  }

  #cutOff(id: string, at: EpochMs, cause: Cause): void {
    this.#log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause })
  }
}
