import type { Act, AuditChain, AuditEnd } from '../../audit/index.ts'
import { type AuditEndsRow, endColumns } from './audit-row.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** The only writer of audit records. Every call stands inside a unit of work: the record, and what it is of, are committed together. */
export class AuditWriter {
  readonly #ends: Statement<AuditEndsRow>
  readonly #insert: Statement
  readonly #moveHead: Statement
  readonly #changes: Statement<{ readonly changes: number }>

  constructor(database: Database) {
    this.#ends = database.statement(`SELECT ${endColumns} FROM audit_head`)
    this.#insert = database.statement('INSERT INTO audit_record (position, body, hash, seal) VALUES (?, ?, ?, ?)')
    this.#moveHead = database.statement('UPDATE audit_head SET position = ?, hash = ?, seal = ?')
    this.#changes = database.statement('SELECT total_changes() AS changes')
  }

  /** How many rows this connection has changed so far. */
  changes(): number {
    return this.#changes.get()?.changes ?? 0
  }

  ends(): AuditEndsRow {
    const ends = this.#ends.get()
    if (ends === undefined) throw new Error('the audit log has no end')
    return ends
  }

  append(act: Act): void {
    this.#write(act.after(this.ends()))
  }

  appendBody(body: string, chain: AuditChain): void {
    this.#write(chain.next(this.ends(), body))
  }

  #write({ record: { position, body, hash, seal }, end }: ReturnType<AuditChain['next']>): void {
    this.#insert.run(position, body, hash, seal)
    this.#move(end)
  }

  #move({ position, hash, seal }: AuditEnd): void {
    this.#moveHead.run(position, hash, seal)
  }
}
