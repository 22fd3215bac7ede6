import type { Cancel } from 'countersign/core'
import { chain, type LogEntry, type LogHead, nextEpoch, type Position } from 'countersign/revocation'
import type { Append } from '../append.ts'
import { causeText, deedText } from './cause.ts'
import type { Database } from './database.ts'
import { OAuthEnding } from './oauth-ending.ts'
import type { Statement } from './statement.ts'

/**
 * The only writer of log entries. Every call stands inside a unit of work, so that the entry and the change that it
 * describes are committed together; the one head row gives the position, so that there are no gaps.
 */
export class LogWriter {
  readonly #database: Database
  readonly #cutoffLifeMs: number
  readonly #head: Statement<LogHead>
  readonly #moveHead: Statement
  readonly #insert: Statement
  readonly #oauthEnding: OAuthEnding
  readonly #listeners = new Set<() => void>()
  #hasAppended = false

  constructor(database: Database, cutoffLifeMs: number) {
    this.#database = database
    this.#cutoffLifeMs = cutoffLifeMs
    this.#head = database.statement('SELECT position, hash FROM log_head')
    this.#moveHead = database.statement('UPDATE log_head SET position = ?, hash = ?')
    this.#insert = database.statement('INSERT INTO log_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#oauthEnding = new OAuthEnding(database)
    database.onCommit(() => this.#announce())
  }

  head(): LogHead {
    const head = this.#head.get()
    if (head === undefined) throw new Error('the log has no head')
    return { position: head.position, hash: head.hash }
  }

  append(append: Append): LogEntry {
    const head = this.head()
    return this.#write(head, append, head.position + 1)
  }

  /** Appends the first entry of the next epoch. */
  appendEpoch(append: Append): LogEntry {
    const head = this.head()
    return this.#write(head, append, nextEpoch(head.position, append.at))
  }

  /** Calls `listener` after each commit that appended; rarely also after one that did not. */
  onAppend(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #write(head: LogHead, append: Append, position: Position): LogEntry {
    const { kind, target, mode, at, cause } = append
    const entry = chain(
      head,
      at,
      { kind, target: { kind: target.kind, id: target.id }, mode, expiresAt: at + this.#cutoffLifeMs },
      position,
    )
    const why = [causeText(cause), deedText(this.#database.deed())]
    this.#insert.run(entry.position, at, kind, target.kind, target.id, mode, entry.expiresAt, entry.hash, ...why)
    this.#moveHead.run(entry.position, entry.hash)
    this.#oauthEnding.endBehind(append)
    this.#hasAppended = true
    return entry
  }

  #announce(): void {
    if (!this.#hasAppended) return
    this.#hasAppended = false
    for (const listener of this.#listeners) listener()
  }
}
