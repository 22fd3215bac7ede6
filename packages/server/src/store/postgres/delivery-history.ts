import type { EpochMs } from 'countersign/core'
import type { DeliveryHistory, DeliveryPage, DeliveryRecord, DeliverySelection } from '../../delivery/delivery-history.ts'
import { deliveryRecordOf, type DeliveryRecordRow } from '../sqlite/delivery-row.ts'
import type { Database } from './database.ts'
import { type Statement, statement } from './statement.ts'

const records = `
  SELECT id, destination, payload, created_at, CASE WHEN dead_at IS NULL THEN 'waiting' ELSE 'dead' END AS state, attempt,
    CASE WHEN dead_at IS NULL THEN due_at END AS due_at, dead_at AS settled_at, problem AS note
  FROM countersign.delivery_job
  UNION ALL
  SELECT id, destination, payload, created_at, 'delivered', attempt, NULL, kept_at, note FROM countersign.delivery_kept`
const ofKind = 'destination IN (SELECT id FROM countersign.delivery_destination WHERE kind = $1)'
const selected = `${ofKind} AND ($2::text IS NULL OR destination = $2) AND created_at >= $3 AND created_at < $4 AND state = ANY ($5::text[])`

const listDeliveries: Statement<DeliveryRecordRow> = statement<DeliveryRecordRow>(
  'list deliveries',
  `SELECT * FROM (${records}) r WHERE ${selected} AND (created_at, id) < ($6::bigint, $7::text) ORDER BY created_at DESC, id DESC LIMIT $8`,
)
const findDelivery: Statement<DeliveryRecordRow> = statement<DeliveryRecordRow>(
  'find delivery',
  `SELECT * FROM (${records}) r WHERE ${ofKind} AND id = $2`,
)
const settledDeliveries: Statement<{ readonly id: string }> = statement<{ readonly id: string }>(
  'settled deliveries',
  `SELECT id FROM (${records}) r WHERE ${selected} AND state <> 'waiting' ORDER BY created_at, id LIMIT $6`,
)
// In this order: what was revived is not there a second time, and what was put back is no longer on file.
const reviveDeliveries: Statement = statement(
  'revive deliveries',
  'UPDATE countersign.delivery_job SET dead_at = NULL, problem = NULL, attempt = 0, due_at = $2 WHERE id = ANY ($1::text[])',
)
const requeueDeliveries: Statement = statement(
  'requeue deliveries',
  `
  WITH again AS (DELETE FROM countersign.delivery_kept WHERE id = ANY ($1::text[]) RETURNING id, destination, payload, created_at)
  INSERT INTO countersign.delivery_job (id, destination, payload, urgent, created_at, attempt, due_at)
  SELECT id, destination, payload, 0, created_at, 0, $2::bigint FROM again ORDER BY created_at, id
  ON CONFLICT (id) DO NOTHING`,
)
const sweepKept: Statement = statement(
  'sweep kept deliveries',
  `DELETE FROM countersign.delivery_kept
  WHERE id IN (SELECT id FROM countersign.delivery_kept WHERE kept_at < $1 ORDER BY kept_at LIMIT $2)`,
)

export class PostgresDeliveryHistory implements DeliveryHistory {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list({ after, limit, ...selection }: DeliveryPage): Promise<readonly DeliveryRecord[]> {
    const place = after ?? { createdAt: Number.MAX_SAFE_INTEGER, id: '' }
    const rows = await this.#database.ask(listDeliveries, ...valuesOf(selection), place.createdAt, place.id, limit)
    return rows.map(deliveryRecordOf)
  }

  async find(kind: string, id: string): Promise<DeliveryRecord | undefined> {
    const [row] = await this.#database.ask(findDelivery, kind, id)
    return row === undefined ? undefined : deliveryRecordOf(row)
  }

  async repeat(kind: string, id: string, now: EpochMs): Promise<boolean> {
    if ((await this.find(kind, id)) === undefined) return false
    await this.#again([id], now)
    return true
  }

  async repeatAll(selection: DeliverySelection, limit: number, now: EpochMs): Promise<number> {
    const settled = await this.#database.ask(settledDeliveries, ...valuesOf(selection), limit)
    if (settled.length > 0)
      await this.#again(
        settled.map(({ id }) => id),
        now,
      )
    return settled.length
  }

  sweep(before: EpochMs, limit: number): Promise<number> {
    return this.#database.change(sweepKept, before, limit)
  }

  #again(ids: readonly string[], now: EpochMs): Promise<void> {
    return this.#database.transaction(async (unit) => {
      await unit.change(reviveDeliveries, ids, now)
      await unit.change(requeueDeliveries, ids, now)
    })
  }
}

const valuesOf = ({ kind, destination, since, until, states }: DeliverySelection) =>
  [kind, destination ?? null, since ?? 0, until ?? Number.MAX_SAFE_INTEGER, states] as const
