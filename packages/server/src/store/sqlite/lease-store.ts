import type { EpochMs } from 'countersign/core'
import type {
  Lease,
  LeaseEnding as Ending,
  LeaseEvent,
  LeaseReveal,
  LeaseStore,
  NewLease,
  PoolUser,
} from '../../account/lease/lease-store.ts'
import { NO_PASSWORD, type User } from '../../account/user.ts'
import type { Database } from './database.ts'
import type { LeaseEnding } from './lease-ending.ts'
import {
  leaseColumns,
  type LeaseEventRow,
  leaseEventOf,
  leaseOf,
  type LeaseRow,
  leaseValues,
  poolUserOf,
  type PoolUserRow,
} from './lease-row.ts'
import type { Statement } from './statement.ts'
import { emailKey, insertUser, userValues } from './user-row.ts'

interface FreeRow {
  readonly user_id: string
  readonly email: string
}

const setAside = `(u.status <> 'suspended' OR u.email_key <> p.email_key)`

export class SqliteLeaseStore implements LeaseStore {
  readonly #database: Database
  readonly #ending: LeaseEnding
  readonly #insertUser: Statement
  readonly #insertPoolUser: Statement
  readonly #removeFree: Statement
  readonly #isInPool: Statement<{ readonly user_id: string }>
  readonly #users: Statement<PoolUserRow>
  readonly #free: Statement<FreeRow>
  readonly #lend: Statement
  readonly #admit: Statement
  readonly #insert: Statement
  readonly #find: Statement<LeaseRow>
  readonly #list: Statement<LeaseRow>
  readonly #standing: Statement<{ readonly ends_at: number }>
  readonly #reveal: Statement
  readonly #end: Statement<LeaseRow>
  readonly #giveBack: Statement
  readonly #due: Statement<LeaseRow>
  readonly #note: Statement
  readonly #events: Statement<LeaseEventRow>
  readonly #sweepEvents: Statement
  readonly #sweep: Statement

  constructor(database: Database, ending: LeaseEnding) {
    this.#database = database
    this.#ending = ending
    this.#insertUser = database.statement(insertUser)
    this.#insertPoolUser = database.statement('INSERT INTO pool_user (user_id, pool, email_key, used_at) VALUES (?, ?, ?, 0)')
    this.#removeFree = database.statement('DELETE FROM pool_user WHERE user_id = ? AND lease IS NULL')
    this.#isInPool = database.statement('SELECT user_id FROM pool_user WHERE user_id = ?')
    this.#users = database.statement(`
      SELECT p.user_id, u.email, p.pool, p.lease, (p.lease IS NULL AND ${setAside}) AS set_aside
      FROM pool_user p JOIN user u ON u.id = p.user_id WHERE p.user_id > ? AND (p.pool = ?2 OR ?2 IS NULL) ORDER BY p.user_id LIMIT ?3`)
    this.#free = database.statement(`
      SELECT p.user_id, u.email FROM pool_user p JOIN user u ON u.id = p.user_id
      WHERE p.pool = ? AND p.lease IS NULL AND NOT ${setAside} ORDER BY p.used_at, p.user_id LIMIT 1`)
    this.#lend = database.statement('UPDATE pool_user SET lease = ?, used_at = ? WHERE user_id = ?')
    this.#admit = database.statement(`
      UPDATE user SET status = 'active', password_hash = ?, password_generation = password_generation + 1, updated_at = ? WHERE id = ?`)
    this.#insert = database.statement(`INSERT INTO lease (${leaseColumns.join(', ')}) VALUES (${leaseColumns.map(() => '?').join(', ')})`)
    this.#find = database.statement('SELECT * FROM lease WHERE id = ?')
    this.#list = database.statement(`
      SELECT * FROM lease WHERE (ended_at IS NULL OR ?1 = 0) AND (started_by = ?2 OR ?2 IS NULL) ORDER BY started_at DESC, id DESC LIMIT ?3`)
    this.#standing = database.statement(`
      SELECT l.ends_at FROM pool_user p JOIN lease l ON l.id = p.lease WHERE p.user_id = ?`)
    this.#reveal = database.statement('UPDATE lease SET sealed = ? WHERE id = ? AND sealed = ? AND ended_at IS NULL AND ends_at > ?')
    this.#end = database.statement(
      'UPDATE lease SET ended_at = ?, ended_by = ?, sealed = NULL WHERE id = ? AND ended_at IS NULL RETURNING *',
    )
    this.#giveBack = database.statement('UPDATE pool_user SET lease = NULL, used_at = ? WHERE lease = ?')
    this.#due = database.statement('SELECT * FROM lease WHERE ended_at IS NULL AND ends_at <= ? ORDER BY ends_at LIMIT ?')
    this.#note = database.statement('INSERT INTO lease_event (lease, kind, at, caller, address) VALUES (?, ?, ?, ?, ?)')
    this.#events = database.statement('SELECT kind, at, caller, address FROM lease_event WHERE lease = ? ORDER BY sequence')
    const old = 'SELECT id FROM lease WHERE ended_at < ? ORDER BY ended_at, id LIMIT ?'
    this.#sweepEvents = database.statement(`DELETE FROM lease_event WHERE lease IN (${old})`)
    this.#sweep = database.statement(`DELETE FROM lease WHERE id IN (${old})`)
  }

  addUser(user: User, pool: string): Promise<'added' | 'email_taken'> {
    return this.#database.write(() => {
      if (this.#insertUser.runNamed(userValues({ ...user, status: 'suspended' }, NO_PASSWORD)) === 0) return 'email_taken'
      this.#insertPoolUser.run(user.id, pool, emailKey(user.email))
      return 'added'
    })
  }

  removeUser(user: string): Promise<'removed' | 'leased' | 'unknown'> {
    return this.#database.write(() => {
      if (this.#removeFree.run(user) === 1) return 'removed'
      return this.#isInPool.get(user) === undefined ? 'unknown' : 'leased'
    })
  }

  users({ pool, after, limit }: Parameters<LeaseStore['users']>[0]): Promise<readonly PoolUser[]> {
    return this.#database.read(() => this.#users.all(after, pool ?? null, limit).map(poolUserOf))
  }

  start({ passwordHash, address, ...given }: NewLease): Promise<Lease | undefined> {
    return this.#database.write(() => {
      const free = this.#free.get(given.pool)
      if (free === undefined) return undefined
      const lease: Lease = { ...given, user: free.user_id, email: free.email, endedAt: undefined, endedBy: undefined }
      this.#lend.run(lease.id, lease.startedAt, lease.user)
      this.#admit.run(passwordHash, lease.startedAt, lease.user)
      this.#insert.run(...leaseValues(lease))
      this.#note.run(lease.id, 'started', lease.startedAt, lease.startedBy ?? null, address ?? null)
      return lease
    })
  }

  find(id: string): Promise<Lease | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(id)
      return row === undefined ? undefined : leaseOf(row)
    })
  }

  list({ standing, startedBy, limit }: Parameters<LeaseStore['list']>[0]): Promise<readonly Lease[]> {
    return this.#database.read(() => this.#list.all(standing ? 1 : 0, startedBy ?? null, limit).map(leaseOf))
  }

  events(id: string): Promise<readonly LeaseEvent[]> {
    return this.#database.read(() => this.#events.all(id).map(leaseEventOf))
  }

  standingEnd(user: string): Promise<EpochMs | undefined> {
    return this.#database.read(() => this.#standing.get(user)?.ends_at)
  }

  reveal({ id, from, sealed, by, address, at }: LeaseReveal): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#reveal.run(sealed, id, from, at) === 0) return false
      this.#note.run(id, 'revealed', at, by ?? null, address ?? null)
      return true
    })
  }

  end({ id, by, address, at }: Ending): Promise<Lease | undefined> {
    return this.#database.write(() => {
      const row = this.#end.get(at, by, id)
      if (row === undefined) return undefined
      this.#giveBack.run(at, id)
      this.#ending.shutOut(row.user_id, at)
      this.#note.run(id, 'ended', at, by, address ?? null)
      return leaseOf(row)
    })
  }

  due(now: EpochMs, limit: number): Promise<readonly Lease[]> {
    return this.#database.read(() => this.#due.all(now, limit).map(leaseOf))
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => {
      this.#sweepEvents.run(before, limit)
      return this.#sweep.run(before, limit)
    })
  }
}
