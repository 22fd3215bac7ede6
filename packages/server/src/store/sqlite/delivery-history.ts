import type { EpochMs } from 'countersign/core'
import type { DeliveryHistory, DeliveryPage, DeliveryRecord, DeliverySelection } from '../../delivery/delivery-history.ts'
import type { Database } from './database.ts'
import { deliveryRecordOf, type DeliveryRecordRow } from './delivery-row.ts'
import type { Statement } from './statement.ts'

const records = `
  SELECT id, destination, payload, created_at, CASE WHEN dead_at IS NULL THEN 'waiting' ELSE 'dead' END AS state, attempt,
    CASE WHEN dead_at IS NULL THEN due_at END AS due_at, dead_at AS settled_at, problem AS note
  FROM delivery_job
  UNION ALL
  SELECT id, destination, payload, created_at, 'delivered', attempt, NULL, kept_at, note FROM delivery_kept`
const ofKind = 'destination IN (SELECT id FROM delivery_destination WHERE kind = ?1)'
const selected = `${ofKind} AND (?2 IS NULL OR destination = ?2) AND created_at >= ?3 AND created_at < ?4
  AND state IN (SELECT value FROM json_each(?5))`

export class SqliteDeliveryHistory implements DeliveryHistory {
  readonly #database: Database
  readonly #list: Statement<DeliveryRecordRow>
  readonly #find: Statement<DeliveryRecordRow>
  readonly #settled: Statement<{ readonly id: string }>
  readonly #revive: Statement
  readonly #requeue: Statement
  readonly #forget: Statement
  readonly #sweep: Statement

  constructor(database: Database) {
    this.#database = database
    this.#list = database.statement(`
      SELECT * FROM (${records}) WHERE ${selected} AND (created_at, id) < (?6, ?7) ORDER BY created_at DESC, id DESC LIMIT ?8`)
    this.#find = database.statement(`SELECT * FROM (${records}) WHERE ${ofKind} AND id = ?2`)
    this.#settled = database.statement(`
      SELECT id FROM (${records}) WHERE ${selected} AND state <> 'waiting' ORDER BY created_at, id LIMIT ?6`)
    this.#revive = database.statement('UPDATE delivery_job SET dead_at = NULL, problem = NULL, attempt = 0, due_at = ?2 WHERE id = ?1')
    this.#requeue = database.statement(`
      INSERT INTO delivery_job (id, destination, payload, urgent, created_at, attempt, due_at)
      SELECT id, destination, payload, 0, created_at, 0, ?2 FROM delivery_kept WHERE id = ?1 ON CONFLICT (id) DO NOTHING`)
    this.#forget = database.statement('DELETE FROM delivery_kept WHERE id = ?')
    this.#sweep = database.statement(`
      DELETE FROM delivery_kept WHERE id IN (SELECT id FROM delivery_kept WHERE kept_at < ? ORDER BY kept_at LIMIT ?)`)
  }

  list({ kind, destination, states, since, until, after, limit }: DeliveryPage): Promise<readonly DeliveryRecord[]> {
    const place = after ?? { createdAt: Number.MAX_SAFE_INTEGER, id: '' }
    return this.#database.read(() =>
      this.#list
        .all(
          ...[kind, destination ?? null, since ?? 0, until ?? Number.MAX_SAFE_INTEGER, JSON.stringify(states)],
          place.createdAt,
          place.id,
          limit,
        )
        .map(deliveryRecordOf),
    )
  }

  find(kind: string, id: string): Promise<DeliveryRecord | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(kind, id)
      return row === undefined ? undefined : deliveryRecordOf(row)
    })
  }

  repeat(kind: string, id: string, now: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#find.get(kind, id) === undefined) return false
      this.#again(id, now)
      return true
    })
  }

  repeatAll({ kind, destination, states, since, until }: DeliverySelection, limit: number, now: EpochMs): Promise<number> {
    return this.#database.write(() => {
      const settled = this.#settled.all(
        ...[kind, destination ?? null, since ?? 0, until ?? Number.MAX_SAFE_INTEGER, JSON.stringify(states), limit],
      )
      for (const { id } of settled) this.#again(id, now)
      return settled.length
    })
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.write(() => this.#sweep.run(before, limit))
  }

  #again(id: string, now: EpochMs): void {
    if (this.#revive.run(id, now) === 0) this.#requeue.run(id, now)
    this.#forget.run(id)
  }
}
