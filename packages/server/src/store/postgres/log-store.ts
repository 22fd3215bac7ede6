import type { Cancel, EpochMs } from 'countersign/core'
import { defaultMode, type LogEntry, type LogHead, type PlacedEntry, type Position } from 'countersign/revocation'
import type { LogStore, Revocation } from '../../revocation/log-store.ts'
import { causeOfRevocation } from '../append.ts'
import { entryColumns, type LogEntryRow, logEntryOf, placedColumns, type PlacedEntryRow, placedEntryOf } from '../sqlite/log-row.ts'
import type { Database } from './database.ts'
import { readLogHead } from './log-head.ts'
import type { LogWriter } from './log-writer.ts'
import { endBehind } from './session-ending.ts'
import { statement } from './statement.ts'

/** How many entries one transaction of `forget` drops, so that it never keeps the head long. */
const FORGOTTEN_AT_ONCE = 2_000

/** An entry beside the ends of the log, read in one statement and so at one moment; without an entry, the ends alone. */
interface BesideHeadRow extends LogEntryRow {
  readonly head_position: number
  readonly head_hash: string
  readonly base_position: number
  readonly is_empty: boolean
}

const besideHead = 'h.position AS head_position, h.hash AS head_hash, h.base_position, e.position IS NULL AS is_empty, e.*'

const after = statement<BesideHeadRow>(
  'entries after',
  `
  SELECT ${besideHead} FROM countersign.log_head h LEFT JOIN (
    SELECT ${entryColumns} FROM countersign.log_entry WHERE position > $1 ORDER BY position LIMIT $2
  ) e ON true ORDER BY e.position`,
)

const page = statement<PlacedEntryRow>(
  'page of entries',
  `SELECT ${placedColumns} FROM countersign.log_entry WHERE position > $1 ORDER BY position LIMIT $2`,
)

const oldest = statement<LogEntryRow>(
  'oldest entries',
  `
  SELECT e.* FROM countersign.log_entry e, countersign.log_head h
  WHERE e.position < h.position ORDER BY e.position LIMIT ${FORGOTTEN_AT_ONCE}`,
)
const dropUpTo = statement('drop entries', 'DELETE FROM countersign.log_entry WHERE position <= $1')
const moveBase = statement('move base', 'UPDATE countersign.log_head SET base_position = $1, base_hash = $2')

const entriesOf = (rows: readonly BesideHeadRow[]): readonly LogEntry[] => rows.filter(({ is_empty }) => !is_empty).map(logEntryOf)

/**
 * When a commit's outcome is unknown (`unavailable`): `revoke` and `openEpoch` may be repeated, a second entry kills nothing that the
 * first one would not have; `forget` goes on where it was.
 */
export class PostgresLogStore implements LogStore {
  readonly #database: Database
  readonly #writer: LogWriter

  constructor(database: Database, writer: LogWriter) {
    this.#database = database
    this.#writer = writer
  }

  head(): Promise<LogHead> {
    return readLogHead(this.#database)
  }

  async entriesAfter(position: Position, limit: number): Promise<readonly LogEntry[] | 'forgotten'> {
    const rows = await this.#database.ask(after, position, limit)
    const [first] = rows
    // A position ahead of the head is none of ours: whoever claims it needs the snapshot as well.
    if (first === undefined || position < first.base_position || position > first.head_position) return 'forgotten'
    return entriesOf(rows)
  }

  async keptAfter(position: Position, limit: number): Promise<readonly PlacedEntry[]> {
    return (await this.#database.ask(page, position, limit)).map(placedEntryOf)
  }

  revoke({ target, mode, at, reason }: Revocation): Promise<LogEntry> {
    // No sessions stand behind a token, key, role, group or issuer: there `hard` would promise what cannot be.
    const isHard = mode === 'hard' && defaultMode(target.kind) === 'hard'
    return this.#writer.appending(async (unit, log) => {
      const user = isHard ? await endBehind(unit, target) : undefined
      return log.append({ kind: 'cutoff', target, mode: isHard ? 'hard' : 'soft', at, cause: causeOfRevocation(user, reason) })
    })
  }

  openEpoch(at: EpochMs): Promise<LogEntry> {
    const target = { kind: 'everyone', id: '' } as const
    return this.#writer.appending(async (unit, log) => {
      await endBehind(unit, target)
      return log.appendEpoch({ kind: 'epoch', target, mode: 'hard', at })
    })
  }

  async forget(now: EpochMs): Promise<number> {
    let forgotten = 0
    for (let dropped = FORGOTTEN_AT_ONCE; dropped === FORGOTTEN_AT_ONCE; forgotten += dropped) {
      dropped = await this.#dropOldest(now)
    }
    return forgotten
  }

  onAppend(listener: () => void): Cancel {
    return this.#writer.onAppend(listener)
  }

  /** Drops from the old end up to the first entry that a living token can need. Holds the head, which names the end. */
  #dropOldest(now: EpochMs): Promise<number> {
    return this.#writer.appending(async (unit) => {
      const rows = await unit.ask(oldest)
      const firstLiving = rows.findIndex((row) => row.expires_at > now)
      const last = (firstLiving === -1 ? rows : rows.slice(0, firstLiving)).at(-1)
      if (last === undefined) return 0
      await unit.ask(moveBase, last.position, last.hash)
      return unit.change(dropUpTo, last.position)
    })
  }
}
