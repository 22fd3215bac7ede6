import type { Cancel, EpochMs } from 'countersign/core'
import { defaultMode, type LogEntry, type LogHead, type PlacedEntry, type Position } from 'countersign/revocation'
import type { LogStore, Revocation } from '../../revocation/log-store.ts'
import { causeOfRevocation } from '../append.ts'
import type { Database } from './database.ts'
import { entriesOfPage, logPage, type LogPageRow } from './log-page.ts'
import { type LogEntryRow, logEntryOf } from './log-row.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import type { Statement } from './statement.ts'

/** How many entries one unit of `forget` drops, so that it never keeps the event loop long. */
const FORGOTTEN_AT_ONCE = 2_000

interface KeptRow {
  readonly position: number
  readonly base_position: number
}

export class SqliteLogStore implements LogStore {
  readonly #database: Database
  readonly #writer: LogWriter
  readonly #ending: SessionEnding
  readonly #kept: Statement<KeptRow>
  readonly #after: Statement<LogEntryRow>
  readonly #page: Statement<LogPageRow>
  readonly #oldest: Statement<LogEntryRow>
  readonly #dropUpTo: Statement
  readonly #moveBase: Statement

  constructor(database: Database, writer: LogWriter, ending: SessionEnding) {
    this.#database = database
    this.#writer = writer
    this.#ending = ending
    this.#kept = database.statement('SELECT position, base_position FROM log_head')
    this.#after = database.statement('SELECT * FROM log_entry WHERE position > ? ORDER BY position LIMIT ?')
    this.#page = database.statement(logPage)
    this.#oldest = database.statement(`
      SELECT e.* FROM log_entry e, log_head h WHERE e.position < h.position ORDER BY e.position LIMIT ${FORGOTTEN_AT_ONCE}`)
    this.#dropUpTo = database.statement('DELETE FROM log_entry WHERE position <= ?')
    this.#moveBase = database.statement('UPDATE log_head SET base_position = ?, base_hash = ?')
  }

  head(): Promise<LogHead> {
    return this.#database.read(() => this.#writer.head())
  }

  entriesAfter(position: Position, limit: number): Promise<readonly LogEntry[] | 'forgotten'> {
    return this.#database.read(() => {
      const kept = this.#kept.get()
      // A position ahead of the head is none of ours: whoever claims it needs the snapshot as well.
      if (kept === undefined || position < kept.base_position || position > kept.position) return 'forgotten'
      return this.#after.all(position, limit).map(logEntryOf)
    })
  }

  keptAfter(position: Position, limit: number): Promise<readonly PlacedEntry[]> {
    return this.#database.read(() => this.#page.all(position, limit).flatMap(entriesOfPage))
  }

  revoke({ target, mode, at, reason }: Revocation): Promise<LogEntry> {
    // No sessions stand behind a token, key, role, group or issuer: there `hard` would promise what cannot be.
    const isHard = mode === 'hard' && defaultMode(target.kind) === 'hard'
    return this.#database.write(() => {
      const user = isHard ? this.#ending.endBehind(target) : undefined
      return this.#writer.append({ kind: 'cutoff', target, mode: isHard ? 'hard' : 'soft', at, cause: causeOfRevocation(user, reason) })
    })
  }

  openEpoch(at: EpochMs): Promise<LogEntry> {
    const target = { kind: 'everyone', id: '' } as const
    return this.#database.write(() => {
      this.#ending.endBehind(target)
      return this.#writer.appendEpoch({ kind: 'epoch', target, mode: 'hard', at })
    })
  }

  async forget(now: EpochMs): Promise<number> {
    let forgotten = 0
    for (let dropped = FORGOTTEN_AT_ONCE; dropped === FORGOTTEN_AT_ONCE; forgotten += dropped) {
      dropped = await this.#database.write(() => this.#dropOldest(now))
    }
    return forgotten
  }

  onAppend(listener: () => void): Cancel {
    return this.#writer.onAppend(listener)
  }

  /** Drops from the old end up to the first entry that a living token can need. */
  #dropOldest(now: EpochMs): number {
    const oldest = this.#oldest.all()
    const firstLiving = oldest.findIndex((row) => row.expires_at > now)
    const dead = firstLiving === -1 ? oldest : oldest.slice(0, firstLiving)
    const last = dead.at(-1)
    if (last === undefined) return 0
    this.#moveBase.run(last.position, last.hash)
    return this.#dropUpTo.run(last.position)
  }
}
