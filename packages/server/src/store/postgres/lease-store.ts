import type { EpochMs } from 'countersign/core'
import type { Lease, LeaseEnding, LeaseEvent, LeaseReveal, LeaseStore, NewLease, PoolUser } from '../../account/lease/lease-store.ts'
import { NO_PASSWORD, type User } from '../../account/user.ts'
import {
  leaseColumns,
  type LeaseEventRow,
  leaseEventOf,
  leaseOf,
  type LeaseRow,
  leaseValues,
  poolUserOf,
  type PoolUserRow,
} from '../sqlite/lease-row.ts'
import { emailKey } from '../sqlite/user-row.ts'
import type { Database } from './database.ts'
import { shutOut } from './lease-ending.ts'
import type { LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'
import { insertUser, userColumnValues } from './user-insert.ts'

interface FreeRow {
  readonly user_id: string
  readonly email: string
}

const setAside = `(u.status <> 'suspended' OR u.email_key <> p.email_key)`
const from = 'FROM countersign.pool_user p JOIN countersign.user_account u ON u.id = p.user_id'

const insertPoolUser = statement(
  'add to pool',
  'INSERT INTO countersign.pool_user (user_id, pool, email_key, used_at) VALUES ($1, $2, $3, 0)',
)
const removeFree = statement('remove from pool', 'DELETE FROM countersign.pool_user WHERE user_id = $1 AND lease IS NULL')
const isInPool = statement<FreeRow>('is in pool', 'SELECT user_id FROM countersign.pool_user WHERE user_id = $1')
const users = statement<PoolUserRow>(
  'list pool',
  `
  SELECT p.user_id, u.email, p.pool, p.lease, (p.lease IS NULL AND ${setAside})::int AS set_aside
  ${from} WHERE p.user_id > $1 AND (p.pool = $2::text OR $2::text IS NULL) ORDER BY p.user_id LIMIT $3`,
)
// Whoever is being lent by somebody else at this moment is passed over, and so is who is being changed.
const free = statement<FreeRow>(
  'find free of pool',
  `
  SELECT p.user_id, u.email ${from}
  WHERE p.pool = $1 AND p.lease IS NULL AND NOT ${setAside} ORDER BY p.used_at, p.user_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
)
const lend = statement('lend', 'UPDATE countersign.pool_user SET lease = $1, used_at = $2 WHERE user_id = $3')
const admit = statement(
  'admit lent',
  `
  UPDATE countersign.user_account SET status = 'active', password_hash = $1, password_generation = password_generation + 1, updated_at = $2
  WHERE id = $3`,
)
const insert = statement('start lease', insertInto('lease', leaseColumns))
const find = statement<LeaseRow>('find lease', 'SELECT * FROM countersign.lease WHERE id = $1')
const list = statement<LeaseRow>(
  'list leases',
  `
  SELECT * FROM countersign.lease WHERE (ended_at IS NULL OR $1 = 0) AND (started_by = $2::text OR $2::text IS NULL)
  ORDER BY started_at DESC, id DESC LIMIT $3`,
)
const standing = statement<{ readonly ends_at: number }>(
  'standing lease',
  'SELECT l.ends_at FROM countersign.pool_user p JOIN countersign.lease l ON l.id = p.lease WHERE p.user_id = $1',
)
const reveal = statement(
  'reveal lease',
  'UPDATE countersign.lease SET sealed = $1 WHERE id = $2 AND sealed = $3 AND ended_at IS NULL AND ends_at > $4',
)
const endOne = statement<LeaseRow>(
  'end lease',
  'UPDATE countersign.lease SET ended_at = $1, ended_by = $2, sealed = NULL WHERE id = $3 AND ended_at IS NULL RETURNING *',
)
const giveBack = statement('give back', 'UPDATE countersign.pool_user SET lease = NULL, used_at = $1 WHERE lease = $2')
const due = statement<LeaseRow>(
  'due leases',
  'SELECT * FROM countersign.lease WHERE ended_at IS NULL AND ends_at <= $1 ORDER BY ends_at LIMIT $2',
)
const note = statement(
  'note lease event',
  'INSERT INTO countersign.lease_event (lease, kind, at, caller, address) VALUES ($1, $2, $3, $4, $5)',
)
const events = statement<LeaseEventRow>(
  'lease events',
  'SELECT kind, at, caller, address FROM countersign.lease_event WHERE lease = $1 ORDER BY sequence',
)
const sweep = statement(
  'sweep leases',
  `
  WITH old AS (SELECT id FROM countersign.lease WHERE ended_at < $1 ORDER BY ended_at, id LIMIT $2 FOR UPDATE SKIP LOCKED),
  gone AS (DELETE FROM countersign.lease_event WHERE lease IN (SELECT id FROM old))
  DELETE FROM countersign.lease WHERE id IN (SELECT id FROM old)`,
)

/**
 * When a commit's outcome is unknown (`unavailable`): `start` may have lent somebody until the end of the lease, whom nobody has; `end` finds nothing to
 * end when it is repeated; `reveal` may have used the key up.
 */
export class PostgresLeaseStore implements LeaseStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  addUser(user: User, pool: string): Promise<'added' | 'email_taken'> {
    return this.#database.transaction(async (unit) => {
      const values = userColumnValues({ ...user, status: 'suspended' }, NO_PASSWORD)
      if ((await unit.change(insertUser, ...values)) === 0) return 'email_taken'
      await unit.change(insertPoolUser, user.id, pool, emailKey(user.email))
      return 'added'
    })
  }

  async removeUser(user: string): Promise<'removed' | 'leased' | 'unknown'> {
    if ((await this.#database.change(removeFree, user)) === 1) return 'removed'
    const [row] = await this.#database.ask(isInPool, user)
    return row === undefined ? 'unknown' : 'leased'
  }

  async users({ pool, after, limit }: Parameters<LeaseStore['users']>[0]): Promise<readonly PoolUser[]> {
    return (await this.#database.ask(users, after, pool ?? null, limit)).map(poolUserOf)
  }

  start({ passwordHash, address, ...given }: NewLease): Promise<Lease | undefined> {
    return this.#database.transaction(async (unit) => {
      const [row] = await unit.ask(free, given.pool)
      if (row === undefined) return undefined
      const lease: Lease = { ...given, user: row.user_id, email: row.email, endedAt: undefined, endedBy: undefined }
      await Promise.all([
        unit.change(lend, lease.id, lease.startedAt, lease.user),
        unit.change(admit, passwordHash, lease.startedAt, lease.user),
        unit.change(insert, ...leaseValues(lease)),
        unit.change(note, lease.id, 'started', lease.startedAt, lease.startedBy ?? null, address ?? null),
      ])
      return lease
    })
  }

  async find(id: string): Promise<Lease | undefined> {
    const [row] = await this.#database.ask(find, id)
    return row === undefined ? undefined : leaseOf(row)
  }

  async list({ standing: only, startedBy, limit }: Parameters<LeaseStore['list']>[0]): Promise<readonly Lease[]> {
    return (await this.#database.ask(list, only ? 1 : 0, startedBy ?? null, limit)).map(leaseOf)
  }

  async events(id: string): Promise<readonly LeaseEvent[]> {
    return (await this.#database.ask(events, id)).map(leaseEventOf)
  }

  async standingEnd(user: string): Promise<EpochMs | undefined> {
    const [row] = await this.#database.ask(standing, user)
    return row?.ends_at
  }

  reveal({ id, from: opened, sealed, by, address, at }: LeaseReveal): Promise<boolean> {
    return this.#database.transaction(async (unit) => {
      if ((await unit.change(reveal, sealed, id, opened, at)) === 0) return false
      await unit.change(note, id, 'revealed', at, by ?? null, address ?? null)
      return true
    })
  }

  end({ id, by, address, at }: LeaseEnding): Promise<Lease | undefined> {
    return this.#log.appending(async (unit, log) => {
      const [row] = await unit.ask(endOne, at, by, id)
      if (row === undefined) return undefined
      await Promise.all([unit.change(giveBack, at, id), unit.change(note, id, 'ended', at, by, address ?? null)])
      await shutOut(unit, log, row.user_id, at)
      return leaseOf(row)
    })
  }

  async due(now: EpochMs, limit: number): Promise<readonly Lease[]> {
    return (await this.#database.ask(due, now, limit)).map(leaseOf)
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweep, before, limit)
  }
}
