import type { EpochMs } from 'countersign/core'
import type { FreshnessState, Position } from 'countersign/revocation'
import { aside } from '../../audit/index.ts'
import {
  CLOCKS_APART_MS,
  type EntryPropagation,
  type HeardReports,
  type ReportedVerifier,
  type VerifierReportStore,
} from '../../revocation/verifier-report/index.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

interface VerifierRow {
  readonly service_id: string
  readonly instance: string
  readonly name: string | null
  readonly feed: ReportedVerifier['feed']
  readonly state: FreshnessState
  readonly position: Position
  readonly age_ms: number | null
  readonly every_ms: number
  readonly received_at: EpochMs
}

interface PropagationRow {
  readonly position: Position
  readonly at: EpochMs
  readonly verifiers: number
  readonly slowest_ms: number
  /** JSON. */
  readonly buckets: string
}

// In the order of their keys, so that two servers that note the same verifiers wait for one another and never crosswise.
const noteVerifiers = statement(
  'note verifiers',
  `
  INSERT INTO countersign.verifier_report AS known
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]
  ) AS heard (service_id, instance, name, feed, state, position, age_ms, every_ms, received_at) ORDER BY service_id, instance
  ON CONFLICT (service_id, instance) DO UPDATE SET
    name = excluded.name, feed = excluded.feed, state = excluded.state, position = excluded.position, age_ms = excluded.age_ms,
    every_ms = excluded.every_ms, received_at = excluded.received_at
  WHERE known.received_at - excluded.received_at NOT BETWEEN 1 AND ${CLOCKS_APART_MS}`,
)
const bound = statement(
  'bound verifiers',
  `
  DELETE FROM countersign.verifier_report WHERE (service_id, instance) IN (
    SELECT service_id, instance FROM (
      SELECT service_id, instance, row_number() OVER (PARTITION BY service_id ORDER BY received_at DESC, instance DESC) AS place
      FROM countersign.verifier_report WHERE service_id = ANY($1::text[])
    ) AS placed WHERE place > $2
  )`,
)
const notePropagation = statement(
  'note propagation',
  `
  INSERT INTO countersign.verifier_propagation
  SELECT heard.position, $2, heard.at, heard.verifiers, heard.slowest_ms, heard.buckets FROM unnest(
    $1::bigint[], $3::bigint[], $4::bigint[], $5::float8[], $6::text[]
  ) AS heard (position, at, verifiers, slowest_ms, buckets)
  ON CONFLICT (position, server) DO UPDATE SET
    verifiers = excluded.verifiers, slowest_ms = excluded.slowest_ms, buckets = excluded.buckets`,
)
const verifiers = statement<VerifierRow>(
  'verifiers',
  'SELECT * FROM countersign.verifier_report WHERE received_at >= $1 ORDER BY service_id, instance',
)
const propagation = statement<PropagationRow>(
  'propagation',
  'SELECT * FROM countersign.verifier_propagation WHERE at >= $1 ORDER BY position DESC LIMIT $2',
)
const propagationOf = statement<PropagationRow>(
  'propagation of entries',
  'SELECT * FROM countersign.verifier_propagation WHERE position = ANY($1::bigint[])',
)
const forgetVerifiers = statement('forget verifiers', 'DELETE FROM countersign.verifier_report WHERE received_at < $1')
const forgetPropagation = statement(
  'forget propagation',
  `
  DELETE FROM countersign.verifier_propagation
  WHERE at < $1 OR position <= (SELECT max(position) FROM countersign.verifier_propagation) - $2`,
)

const text = (value: number | undefined): string | null => (value === undefined ? null : String(value))

/** When a commit's outcome is unknown (`unavailable`): all of it may be said again. */
export class PostgresVerifierReportStore implements VerifierReportStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async note(server: string, heard: HeardReports, maximum: number): Promise<void> {
    await aside(async () => {
      if (heard.verifiers.length > 0) await this.#noteVerifiers(heard.verifiers, maximum)
      if (heard.propagation.length > 0) await this.#notePropagation(server, heard.propagation)
    })
  }

  async verifiers(since: EpochMs): Promise<readonly ReportedVerifier[]> {
    return (await this.#database.ask(verifiers, since)).map(verifierOf)
  }

  async propagation(since: EpochMs, maximum: number): Promise<readonly EntryPropagation[]> {
    return (await this.#database.ask(propagation, since, maximum)).map(propagationOfRow)
  }

  async propagationOf(positions: readonly Position[]): Promise<readonly EntryPropagation[]> {
    return (await this.#database.ask(propagationOf, positions)).map(propagationOfRow)
  }

  async forget(verifiersBefore: EpochMs, { before, maximum }: { readonly before: EpochMs; readonly maximum: number }): Promise<void> {
    await aside(async () => {
      await this.#database.change(forgetVerifiers, verifiersBefore)
      await this.#database.change(forgetPropagation, before, maximum)
    })
  }

  async #noteVerifiers(heard: readonly ReportedVerifier[], maximum: number): Promise<void> {
    const column = <T>(of: (each: ReportedVerifier) => T): readonly T[] => heard.map(of)
    await this.#database.change(
      noteVerifiers,
      column(({ service }) => service),
      column(({ instance }) => instance),
      column(({ name = null }) => name),
      column(({ feed }) => feed),
      column(({ state }) => state),
      column(({ position }) => position),
      column(({ ageMs }) => text(ageMs)),
      column(({ everyMs }) => everyMs),
      column(({ receivedAt }) => receivedAt),
    )
    await this.#database.change(bound, [...new Set(column(({ service }) => service))], maximum)
  }

  async #notePropagation(server: string, heard: readonly EntryPropagation[]): Promise<void> {
    const column = <T>(of: (each: EntryPropagation) => T): readonly T[] => heard.map(of)
    await this.#database.change(
      notePropagation,
      column(({ position }) => position),
      server,
      column(({ at }) => at),
      column((each) => each.verifiers),
      column(({ slowestMs }) => slowestMs),
      column(({ buckets }) => JSON.stringify(buckets)),
    )
  }
}

const verifierOf = (row: VerifierRow): ReportedVerifier => ({
  service: row.service_id,
  instance: row.instance,
  name: row.name ?? undefined,
  feed: row.feed,
  state: row.state,
  position: row.position,
  ageMs: row.age_ms ?? undefined,
  everyMs: row.every_ms,
  receivedAt: row.received_at,
})

const propagationOfRow = ({ position, at, verifiers: count, slowest_ms: slowestMs, buckets }: PropagationRow): EntryPropagation => ({
  position,
  at,
  verifiers: count,
  slowestMs,
  // Written above.
  buckets: JSON.parse(buckets) as EntryPropagation['buckets'],
})
