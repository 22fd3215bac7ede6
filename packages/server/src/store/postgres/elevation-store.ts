import type { EpochMs } from 'countersign/core'
import type { Cause } from '../../delivery/event-log.ts'
import type { Elevation, ElevationEnding, ElevationStore } from '../../session/elevation-store.ts'
import { elevatedRoles } from '../elevated-roles.ts'
import {
  elevatedRoleOf,
  type ElevatedRoleRow,
  elevationColumns,
  elevationOf,
  type ElevationRow,
  elevationValues,
} from '../sqlite/elevation-row.ts'
import { parseList } from '../sqlite/list.ts'
import type { Database, Unit } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'

interface OwnerRow {
  readonly status: string
  readonly roles: string
}

// Held until the commit, so that a suspension comes wholly before or wholly after.
const owner = statement<OwnerRow>(
  'owner of elevations',
  'SELECT status, roles FROM countersign.user_account WHERE id = $1 FOR NO KEY UPDATE',
)
const standing = statement<ElevatedRoleRow>(
  'standing elevations',
  'SELECT role, ends_at FROM countersign.elevation WHERE user_id = $1 AND ended_at IS NULL',
)
const insert = statement('start elevation', insertInto('elevation', elevationColumns))
const endOne = statement<ElevationRow>(
  'end elevation',
  'UPDATE countersign.elevation SET ended_at = $1, ended_by = $2 WHERE id = $3 AND user_id = $4 AND ended_at IS NULL RETURNING *',
)
const list = statement<ElevationRow>(
  'list elevations',
  'SELECT * FROM countersign.elevation WHERE user_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2',
)
const due = statement<ElevationRow>(
  'due elevations',
  'SELECT * FROM countersign.elevation WHERE ended_at IS NULL AND ends_at <= $1 ORDER BY ends_at LIMIT $2',
)
const sweep = statement(
  'sweep elevations',
  'DELETE FROM countersign.elevation WHERE id IN (SELECT id FROM countersign.elevation WHERE ended_at < $1 LIMIT $2)',
)

/**
 * When a commit's outcome is unknown (`unavailable`): `start` finds the role held when it is repeated, `end` nothing to end.
 */
export class PostgresElevationStore implements ElevationStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  start(elevation: Elevation): Promise<'started' | 'refused' | 'held'> {
    const { id, user, role, reason, startedAt } = elevation
    return this.#log.appending(async (unit, log) => {
      const [row] = await unit.ask(owner, user)
      if (row?.status !== 'active') return 'refused'
      const held = await rolesOf(unit, user, row, startedAt)
      if (held.includes(role)) return 'held'
      await unit.change(insert, ...elevationValues(elevation))
      await cutOff(log, user, startedAt, { claims: { roles: [...held, role] }, reason, elevation: id })
      return 'started'
    })
  }

  end({ id, user, by, at }: ElevationEnding): Promise<Elevation | undefined> {
    return this.#log.appending(async (unit, log) => {
      const [row] = await unit.ask(owner, user)
      const [ended] = await unit.ask(endOne, at, by, id, user)
      if (row === undefined || ended === undefined) return undefined
      await cutOff(log, user, at, { claims: { roles: await rolesOf(unit, user, row, at) }, elevation: id })
      return elevationOf(ended)
    })
  }

  async list(user: string, limit: number): Promise<readonly Elevation[]> {
    return (await this.#database.ask(list, user, limit)).map(elevationOf)
  }

  async due(now: EpochMs, limit: number): Promise<readonly Elevation[]> {
    return (await this.#database.ask(due, now, limit)).map(elevationOf)
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweep, before, limit)
  }
}

async function rolesOf(unit: Unit, user: string, { roles }: OwnerRow, at: EpochMs): Promise<readonly string[]> {
  return elevatedRoles(parseList(roles), (await unit.ask(standing, user)).map(elevatedRoleOf), at)
}

const cutOff = (log: Appender, id: string, at: EpochMs, cause: Cause) =>
  log.append({ kind: 'cutoff', target: { kind: 'user', id }, mode: 'soft', at, cause })
