import type { EpochMs } from 'countersign/core'
import {
  type AuditChain,
  type AuditDraft,
  type AuditEnd,
  type AuditEnds,
  type AuditPage,
  type AuditRecord,
  type AuditStore,
  aside,
} from '../../audit/index.ts'
import { auditFilter } from '../audit-filter.ts'
import { auditEndsOf, type AuditEndsRow, auditRecordOf, endColumns, recordColumns } from '../sqlite/audit-row.ts'
import type { Database, Unit } from './database.ts'
import { statement } from './statement.ts'

/** How many drafts one transaction puts in their places, so that it never keeps the end of the chain long. */
const SETTLED_AT_ONCE = 500

const lockEnd = statement<AuditEndsRow>('lock audit end', `SELECT ${endColumns} FROM countersign.audit_head FOR UPDATE`)
const readEnds = statement<AuditEndsRow>('audit ends', `SELECT ${endColumns} FROM countersign.audit_head`)
const isLeft = statement('audit draft left', 'SELECT 1 FROM countersign.audit_draft LIMIT 1')
const takeDrafts = statement<AuditDraft & { readonly is_placed: boolean }>(
  'take audit drafts',
  `
  WITH taken AS (
    DELETE FROM countersign.audit_draft
    WHERE id IN (SELECT id FROM countersign.audit_draft ORDER BY left_at, id LIMIT ${SETTLED_AT_ONCE}) RETURNING *
  )
  SELECT id, body, seal, EXISTS (SELECT 1 FROM countersign.audit_record r WHERE r.draft = taken.id) AS is_placed FROM taken ORDER BY left_at, id`,
)
const count = statement<{ readonly count: number }>(
  'count audit records',
  `
  SELECT count(*) AS count FROM (
    SELECT at FROM countersign.audit_record WHERE operation = $1 AND outcome = 'done' ORDER BY position DESC LIMIT $3
  ) newest WHERE at >= $2`,
)
const write = statement(
  'write audit records',
  `
  WITH record AS (
    INSERT INTO countersign.audit_record (position, body, hash, seal) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
  )
  UPDATE countersign.audit_head SET position = $5, hash = $6, seal = $7`,
)
const after = statement<AuditRecord>(
  'audit records after',
  `SELECT ${recordColumns} FROM countersign.audit_record WHERE position > $1 ORDER BY position LIMIT $2`,
)
const drop = statement('drop audit records', 'DELETE FROM countersign.audit_record WHERE position <= $1')
const moveBase = statement('move audit base', 'UPDATE countersign.audit_head SET base_position = $1, base_hash = $2, base_seal = $3')

/**
 * When a commit's outcome is unknown (`unavailable`): `append` may have appended, `settle` and `forget` go on where they were.
 */
export class PostgresAuditStore implements AuditStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Behind what is left: the end of an act must not stand before its beginning. */
  append(body: string, chain: AuditChain): Promise<void> {
    return aside(async () => void (await this.#write([body], chain)))
  }

  settle(chain: AuditChain): Promise<void> {
    return aside(async () => {
      if ((await this.#database.ask(isLeft)).length === 0) return
      for (let settled = SETTLED_AT_ONCE; settled === SETTLED_AT_ONCE; ) settled = await this.#write([], chain)
    })
  }

  async ends(): Promise<AuditEnds> {
    const [ends] = await this.#database.ask(readEnds)
    if (ends === undefined) throw new Error('the audit log has no end')
    return auditEndsOf(ends)
  }

  async page(selection: AuditPage): Promise<readonly AuditRecord[]> {
    const { name, where, values } = auditFilter(selection, 'countersign.audit_record', (number) => `$${number}`)
    const sql = `SELECT ${recordColumns} FROM countersign.audit_record WHERE ${where} ORDER BY position DESC LIMIT $${values.length + 1}`
    const page = statement<AuditRecord>(`audit page ${name}`, sql)
    return (await this.#database.ask(page, ...values, selection.limit)).map(auditRecordOf)
  }

  async count(operation: string, from: EpochMs, most: number): Promise<number> {
    return (await this.#database.ask(count, operation, from, most))[0]?.count ?? 0
  }

  async after(position: number, limit: number): Promise<readonly AuditRecord[]> {
    return (await this.#database.ask(after, position, limit)).map(auditRecordOf)
  }

  forget(before: EpochMs, limit: number, chain: AuditChain): Promise<number> {
    return this.#database.transaction(async (unit) => {
      const { base: from } = await endsOf(unit)
      const forgotten = chain.old(from, (await unit.ask(after, from.position, limit)).map(auditRecordOf), before)
      const last = forgotten.at(-1)
      if (last === undefined) return 0
      const base = chain.baseAt(last)
      await unit.change(drop, last.position)
      await unit.change(moveBase, base.position, base.hash, base.seal)
      return forgotten.length
    })
  }

  /** Whoever holds the end takes the drafts: each gets one place, whichever server puts it there. @returns how many there were. */
  #write(bodies: readonly string[], chain: AuditChain): Promise<number> {
    return this.#database.transaction(async (unit) => {
      const { head: end } = await endsOf(unit)
      const drafts = await unit.ask(takeDrafts)
      writeBehind(unit, end, [...drafts.map((draft) => chain.bodyOf(draft, draft.is_placed)), ...bodies], chain)
      return drafts.length
    })
  }
}

/** Held until the commit. */
async function endsOf(unit: Unit): Promise<AuditEnds> {
  const [ends] = await unit.ask(lockEnd)
  if (ends === undefined) throw new Error('the audit log has no end')
  return auditEndsOf(ends)
}

/** Sends the records on their way, to be followed by the commit. */
function writeBehind(unit: Unit, from: AuditEnd, bodies: readonly string[], chain: AuditChain): void {
  if (bodies.length === 0) return
  const written: AuditRecord[] = []
  let end = from
  for (const body of bodies) {
    const next = chain.next(end, body)
    written.push(next.record)
    end = next.end
  }
  const column = <T>(of: (record: AuditRecord) => T): readonly T[] => written.map(of)
  void unit
    .ask(
      write,
      column(({ position }) => position),
      column(({ body }) => body),
      column(({ hash }) => hash),
      column(({ seal }) => seal),
      end.position,
      end.hash,
      end.seal,
    )
    // The unit has noted it, and its commit tells.
    .catch(() => undefined)
}
