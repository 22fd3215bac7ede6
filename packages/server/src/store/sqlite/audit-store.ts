import type { EpochMs } from 'countersign/core'
import type { AuditChain, AuditEnds, AuditPage, AuditRecord, AuditStore } from '../../audit/index.ts'
import { auditFilter } from '../audit-filter.ts'
import { auditEndsOf, auditRecordOf, recordColumns } from './audit-row.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

export class SqliteAuditStore implements AuditStore {
  readonly #database: Database
  readonly #writer: AuditWriter
  /** By what they ask for. */
  readonly #pages = new Map<string, Statement<AuditRecord>>()
  readonly #after: Statement<AuditRecord>
  readonly #count: Statement<{ readonly count: number }>
  readonly #drop: Statement
  readonly #moveBase: Statement

  constructor(database: Database, writer: AuditWriter) {
    this.#database = database
    this.#writer = writer
    this.#after = database.statement(`SELECT ${recordColumns} FROM audit_record WHERE position > ? ORDER BY position LIMIT ?`)
    this.#count = database.statement(`
      SELECT count(*) AS count FROM (
        SELECT at FROM audit_record WHERE operation = ?1 AND +outcome = 'done' ORDER BY position DESC LIMIT ?3
      ) WHERE at >= ?2`)
    this.#drop = database.statement('DELETE FROM audit_record WHERE position <= ?')
    this.#moveBase = database.statement('UPDATE audit_head SET base_position = ?, base_hash = ?, base_seal = ?')
  }

  append(body: string, chain: AuditChain): Promise<void> {
    return this.#database.write(() => this.#writer.appendBody(body, chain))
  }

  /** Records take their places with the changes: nobody else writes. */
  async settle(): Promise<void> {}

  ends(): Promise<AuditEnds> {
    return this.#database.read(() => auditEndsOf(this.#writer.ends()))
  }

  page(page: AuditPage): Promise<readonly AuditRecord[]> {
    const { name, where, values } = auditFilter(
      page,
      'audit_record',
      (number) => `?${number}`,
      (column) => `+${column}`,
    )
    return this.#database.read(() => {
      const limit = values.length + 1
      const sql = `SELECT ${recordColumns} FROM audit_record WHERE ${where} ORDER BY position DESC LIMIT ?${limit}`
      const statement = this.#pages.get(name) ?? this.#database.statement<AuditRecord>(sql)
      this.#pages.set(name, statement)
      return statement.all(...values, page.limit).map(auditRecordOf)
    })
  }

  count(operation: string, from: EpochMs, most: number): Promise<number> {
    return this.#database.read(() => this.#count.get(operation, from, most)?.count ?? 0)
  }

  after(position: number, limit: number): Promise<readonly AuditRecord[]> {
    return this.#database.read(() => this.#after.all(position, limit).map(auditRecordOf))
  }

  forget(before: EpochMs, limit: number, chain: AuditChain): Promise<number> {
    return this.#database.write(() => {
      const { base: from } = auditEndsOf(this.#writer.ends())
      const forgotten = chain.old(from, this.#after.all(from.position, limit).map(auditRecordOf), before)
      const last = forgotten.at(-1)
      if (last === undefined) return 0
      const base = chain.baseAt(last)
      this.#drop.run(last.position)
      this.#moveBase.run(base.position, base.hash, base.seal)
      return forgotten.length
    })
  }
}
