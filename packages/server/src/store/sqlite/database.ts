import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { AuthError, type Cancel, type Clock } from 'countersign/core'
import { type Act, actUnderWay, apart, claimAct, type Deed } from '../../audit/index.ts'
import type { StoreObserver } from '../store.ts'
import { AuditWriter } from './audit-writer.ts'
import { emptyWriteAheadLog, markClosed, markOpen, requireCleanStop } from './clean-stop.ts'
import { MEMORY_PATH, openConnection, prepareFile } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import { releaseJobs } from './job-table.ts'
import { verifyLog } from './log-integrity.ts'
import { migrate } from './migration.ts'
import { migrations } from './schema.ts'
import { Statement } from './statement.ts'
import { asRefusal, isStorageFailure, isTrustLost } from './storage-failure.ts'
import { takeWriterLock } from './writer-lock.ts'

export interface DatabaseOptions {
  /** A file, or `:memory:`. */
  readonly path: string
  readonly clock: Clock
  /** Refuses to grow past so many pages of 2 KiB. */
  readonly maxPages: number | undefined
  /** The file is a backup: open it although the commits after it are missing. */
  readonly isBackup: boolean
  readonly observer?: StoreObserver | undefined
}

/** Between two attempts to re-open a database that failed. */
const REPAIR_INTERVAL_MS = 250

/**
 * Opens a database for writing, brings its schema forward and checks its log.
 *
 * @throws {StoreLockedError} when it is being written to already.
 * @throws {LogDamagedError} {WriteAheadLogMissingError} when it could have lost revocations.
 * @throws {Error} when the disk or the file is at fault.
 */
export function openDatabase(options: DatabaseOptions): Database {
  if (options.path === MEMORY_PATH) return new Database(options, openChecked(options, true), () => undefined)
  const file = { ...options, path: prepareFile(options.path) }
  try {
    return openLocked(file, takeWriterLock(file.path))
  } catch (error) {
    if (!isStorageFailure(error)) throw error
    throw new Error(`The database ${file.path} cannot be used. Check the disk, or restore a backup; nothing was changed.`, { cause: error })
  }
}

function openLocked(options: DatabaseOptions, unlock: () => void): Database {
  try {
    const isComplete = options.isBackup || existsSync(`${options.path}-wal`)
    return new Database(options, openChecked(options, isComplete), unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function openChecked({ path, maxPages, clock }: DatabaseOptions, isComplete: boolean): DatabaseSync {
  const connection = openConnection(path, maxPages)
  try {
    migrate(connection, migrations, clock.now())
    if (!isComplete) requireCleanStop(connection, path)
    verifyLog(connection)
    markOpen(connection)
    releaseJobs(connection)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * A process that simply comes to its end lets SQLite close the file all the same, and with that the write-ahead log is gone:
 * then the file has to say that it is complete, or the next start would have to take it for a copy.
 */
const openAtExit = new Set<Database>()

function closeAtExit(database: Database): void {
  if (openAtExit.size === 0) process.on('exit', closeAll)
  openAtExit.add(database)
}

function forgetAtExit(database: Database): void {
  openAtExit.delete(database)
  if (openAtExit.size === 0) process.off('exit', closeAll)
}

function closeAll(): void {
  for (const database of openAtExit) database.closeNow()
}

/**
 * One SQLite database with one writer: this object. Reads are synchronous and stand between two groups, so they never
 * see anything uncommitted; writes go through the group commit.
 */
export class Database {
  readonly #options: DatabaseOptions
  readonly #unlock: () => void
  readonly #group: GroupCommit
  readonly #statements = new Set<{ rebind(connection: DatabaseSync): void }>()
  readonly #commitListeners = new Set<() => void>()
  /** Of who has done what. */
  readonly audit: AuditWriter
  #act: Act | undefined
  #connection: DatabaseSync
  #state: 'open' | 'suspect' | 'closed' = 'open'
  #nextRepairMs = 0
  #closing: Promise<void> | undefined

  constructor(options: DatabaseOptions, connection: DatabaseSync, unlock: () => void) {
    this.#options = options
    this.#connection = connection
    this.#unlock = unlock
    this.#group = new GroupCommit(() => this.#usable(), {
      asked: () => options.observer?.transaction('write'),
      committed: (units) => {
        options.observer?.group(units)
        apart(() => {
          for (const listener of this.#commitListeners) listener()
        })
      },
      failed: (error) => this.#noteFailure(error),
    })
    this.audit = new AuditWriter(this)
    if (options.path !== MEMORY_PATH) closeAtExit(this)
  }

  /** Prepares a statement for the life of the database. `Row` names its columns. */
  statement<Row = never>(sql: string): Statement<Row> {
    const statement = new Statement<Row>(sql, this.#connection)
    this.#statements.add(statement)
    return statement
  }

  /** @throws {AuthError} `unavailable` when the database cannot be read. */
  async read<T>(work: () => T): Promise<T> {
    const ended = this.#options.observer?.transaction('read')
    let failed = true
    try {
      this.#usable()
      const result = work()
      failed = false
      return result
    } catch (error) {
      this.#noteFailure(error)
      throw asRefusal(error)
    } finally {
      ended?.(failed)
    }
  }

  /**
   * One unit of work: all of it is committed, or nothing. It may run twice, so it touches nothing but the database. The first of an act that changes
   * something takes the record of the act with it.
   *
   * @throws {AuthError} `unavailable` when it could not be committed.
   */
  write<T>(work: () => T): Promise<T> {
    const done = this.#knowing(actUnderWay(), work)
    const act = claimAct()
    return act === undefined ? this.#group.run(done) : this.#carry(act, done)
  }

  /** Who does what within the unit of work that runs. */
  deed(): Deed | undefined {
    return this.#act?.deed
  }

  /** Units of several requests run one after the other, in the turn of whichever was first. */
  #knowing<T>(act: Act | undefined, work: () => T): () => T {
    return () => {
      this.#act = act
      try {
        return work()
      } finally {
        this.#act = undefined
      }
    }
  }

  async #carry<T>(act: Act, work: () => T): Promise<T> {
    let hasChanged = false
    let isCommitted = false
    try {
      const result = await this.#group.run(() => {
        const before = this.audit.changes()
        const done = work()
        hasChanged = this.audit.changes() > before
        if (hasChanged) this.audit.append(act)
        return done
      })
      isCommitted = true
      return result
    } finally {
      act.settle(isCommitted && hasChanged)
    }
  }

  /** Calls `listener` after each commit. */
  onCommit(listener: () => void): Cancel {
    this.#commitListeners.add(listener)
    return () => void this.#commitListeners.delete(listener)
  }

  /** Moves the limit of `DatabaseOptions.maxPages`. */
  limitPages(maxPages: number): void {
    this.#connection.exec(`PRAGMA max_page_count = ${maxPages}`)
  }

  /** Commits what was asked for before, closes the file, lets another process in. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // Not clean is safe: the write-ahead log stays, and the next start reads it.
    await this.#group.run(() => markClosed(this.#connection)).catch(() => undefined)
    this.#letGo()
  }

  /** For the end of the process, without waiting: what was not committed by now never was. */
  closeNow(): void {
    if (this.#state === 'closed') return
    try {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      if (this.#state === 'open') markClosed(this.#connection)
    } catch {
      // Not marked, and so read with care at the next start.
    }
    this.#letGo()
  }

  #letGo(): void {
    this.#state = 'closed'
    forgetAtExit(this)
    if (this.#connection.isOpen) this.#connection.close()
    this.#unlock()
  }

  #usable(): DatabaseSync {
    if (this.#state === 'closed') throw new AuthError('unavailable', { storage: 'closed' })
    if (this.#state === 'suspect') this.#repair()
    return this.#connection
  }

  #noteFailure(error: unknown): void {
    if (this.#state === 'open' && isTrustLost(error)) this.#state = 'suspect'
  }

  /**
   * Opens the file anew after an error that leaves open what is on the disk, writes the write-ahead log into the main file again, and checks the log.
   * Until that has succeeded everything is refused.
   */
  #repair(): void {
    const { path, maxPages, clock } = this.#options
    const now = clock.monotonicMs()
    if (path === MEMORY_PATH || now < this.#nextRepairMs) throw new AuthError('unavailable', { storage: 'suspect' })
    this.#nextRepairMs = now + REPAIR_INTERVAL_MS
    if (this.#connection.isOpen) this.#connection.close()
    if (!existsSync(path)) throw new AuthError('unavailable', { storage: 'file_gone' })
    this.#connection = openConnection(path, maxPages)
    try {
      if (!emptyWriteAheadLog(this.#connection)) throw new AuthError('unavailable', { storage: 'busy' })
      verifyLog(this.#connection)
      for (const statement of this.#statements) statement.rebind(this.#connection)
    } catch (error) {
      throw new AuthError('unavailable', { storage: 'suspect' }, { cause: error })
    }
    this.#state = 'open'
  }
}
