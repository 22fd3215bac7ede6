import type { Cancel } from 'countersign/core'
import { chain, type LogEntry, type LogHead, nextEpoch } from 'countersign/revocation'
import { type Act, actUnderWay, apart } from '../../audit/index.ts'
import type { Append } from '../append.ts'
import { causeText, deedText } from '../sqlite/cause.ts'
import type { Database, Unit } from './database.ts'
import { endArtifactsBehind } from './oauth-ending.ts'
import { statement } from './statement.ts'

/** What `LISTEN` and `NOTIFY` speak through. The payload names the store that appended, which has told its own listeners already. */
export const CHANNEL = 'countersign_log'

const lockHead = statement<LogHead>('lock head', 'SELECT position, hash FROM countersign.log_head FOR UPDATE')

const write = statement(
  'write entries',
  `
  WITH entry AS (
    INSERT INTO countersign.log_entry
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[])
  ), head AS (
    UPDATE countersign.log_head SET position = $11, hash = $12
  )
  SELECT pg_notify('${CHANNEL}', $13)`,
)

/** The log within one transaction that holds its head. */
export class Appender {
  readonly #unit: Unit
  readonly #cutoffLifeMs: number
  readonly #written: LogEntry[] = []
  readonly #causes: (string | null)[] = []
  readonly #deeds: (string | null)[] = []
  readonly #act: Act | undefined = actUnderWay()
  #end: Promise<LogHead>

  constructor(unit: Unit, cutoffLifeMs: number) {
    this.#unit = unit
    this.#cutoffLifeMs = cutoffLifeMs
    this.#end = unit.ask(lockHead).then(([head]) => {
      if (head === undefined) throw new Error('the log has no head')
      return { position: head.position, hash: head.hash }
    })
    // Who appends waits for it; a transaction that appends nothing need not.
    this.#end.catch(() => undefined)
  }

  /** The end of the log, what was appended here included. Nobody can append behind it before this transaction has ended. */
  head(): Promise<LogHead> {
    return this.#end
  }

  append(append: Append): Promise<LogEntry> {
    return this.#add(append, (head) => head.position + 1)
  }

  /** Appends the first entry of the next epoch. */
  appendEpoch(append: Append): Promise<LogEntry> {
    return this.#add(append, (head) => nextEpoch(head.position, append.at))
  }

  /** Sends the entries on their way, to be followed by the commit. @returns false when there are none. */
  send(by: string): boolean {
    const last = this.#written.at(-1)
    if (last === undefined) return false
    const column = <T>(of: (entry: LogEntry) => T): readonly T[] => this.#written.map(of)
    void this.#unit
      .ask(
        write,
        column(({ position }) => position),
        column(({ at }) => at),
        column(({ kind }) => kind),
        column(({ target }) => target.kind),
        column(({ target }) => target.id),
        column(({ mode }) => mode),
        column(({ expiresAt }) => expiresAt),
        column(({ hash }) => hash),
        this.#causes,
        this.#deeds,
        last.position,
        last.hash,
        by,
      )
      // The unit has noted it, and its commit tells.
      .catch(() => undefined)
    return true
  }

  #add(append: Append, positionAfter: (head: LogHead) => number): Promise<LogEntry> {
    const { kind, target, mode, at, cause } = append
    // The unit notes a failure, and its commit tells.
    endArtifactsBehind(this.#unit, append).catch(() => undefined)
    const added = this.#end.then((head) => {
      const draft = { kind, target: { kind: target.kind, id: target.id }, mode, expiresAt: at + this.#cutoffLifeMs }
      const entry = chain(head, at, draft, positionAfter(head))
      this.#written.push(entry)
      this.#causes.push(causeText(cause))
      this.#deeds.push(deedText(this.#act?.deed))
      return entry
    })
    this.#end = added
    added.catch(() => undefined)
    return added
  }
}

/**
 * The only writer of log entries. Every transaction that may append takes the head first, and only then other rows: so positions
 * have no gap, no later one commits before an earlier one, and two that append cannot wait for each other.
 */
export class LogWriter {
  readonly #database: Database
  readonly #cutoffLifeMs: number
  readonly #name: string
  readonly #listeners = new Set<() => void>()

  /** @param name of this store, in its notifications. */
  constructor(database: Database, cutoffLifeMs: number, name: string) {
    this.#database = database
    this.#cutoffLifeMs = cutoffLifeMs
    this.#name = name
  }

  /**
   * One transaction that holds the head. What `work` asks first travels with the lock; the entries travel with the commit.
   *
   * @throws {AuthError} `unavailable`.
   */
  async appending<T>(work: (unit: Unit, log: Appender) => Promise<T>): Promise<T> {
    let hasAppended = false
    try {
      return await this.#database.transaction(async (unit) => {
        const log = new Appender(unit, this.#cutoffLifeMs)
        const result = await work(unit, log)
        hasAppended = log.send(this.#name)
        return result
      })
    } finally {
      // After a failed commit too: nobody knows what became of it, and a hint too many costs one read.
      if (hasAppended) this.announce()
    }
  }

  /** Calls `listener` after each commit that appended; rarely also after one that did not. */
  onAppend(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Somebody has, or may have, appended. */
  announce(): void {
    apart(() => {
      for (const listener of this.#listeners) listener()
    })
  }
}
