import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import { type Counter, type CounterCharge, type CounterRelease, charged, emptyCounter, released } from '../../account/throttle/counter.ts'
import type { ChargeOutcome, ThrottleStore } from '../../account/throttle/throttle-store.ts'
import type { Database, Unit } from './database.ts'
import { type Statement, statement } from './statement.ts'

interface CounterRow {
  readonly key: number
  readonly empty_at: number
  readonly next_at: number
}

const waitUntil = statement<{ readonly next_at: number | null }>(
  'wait of counters',
  'SELECT max(next_at) AS next_at FROM countersign.throttle_counter WHERE key = ANY($1::integer[])',
)
// Makes what is missing and holds all of them until the commit, in one order for everybody.
const hold = statement<CounterRow>(
  'hold counters',
  `
  INSERT INTO countersign.throttle_counter AS c (key, empty_at, next_at)
  SELECT key, 0, 0 FROM unnest($1::integer[]) AS asked (key) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET empty_at = c.empty_at
  RETURNING key, empty_at, next_at`,
)
const holdExisting = statement<CounterRow>(
  'hold existing counters',
  'SELECT key, empty_at, next_at FROM countersign.throttle_counter WHERE key = ANY($1::integer[]) ORDER BY key FOR UPDATE',
)
const put = statement(
  'put counters',
  `
  UPDATE countersign.throttle_counter c SET empty_at = n.empty_at, next_at = n.next_at
  FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS n (key, empty_at, next_at) WHERE c.key = n.key`,
)
const forget = statement('forget counters', 'DELETE FROM countersign.throttle_counter WHERE key BETWEEN $1 AND $2')
// What somebody holds is left to them: it says something again when they are done.
const sweep = statement(
  'sweep counters',
  `
  DELETE FROM countersign.throttle_counter WHERE key IN (
    SELECT key FROM countersign.throttle_counter
    WHERE key BETWEEN $1 AND $2 AND empty_at <= $3 AND next_at <= $3 FOR UPDATE SKIP LOCKED
  )`,
)

/** When a commit's outcome is unknown (`unavailable`): an attempt may be counted that was not let in, or still count that was taken back. */
export class PostgresThrottleStore implements ThrottleStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async charge(charges: readonly CounterCharge[], at: EpochMs): Promise<ChargeOutcome> {
    const keys = charges.map(({ key }) => key)
    // Whoever has to wait is told without a write, and without waiting for a row: so a flood costs reads.
    const [wait] = await this.#database.ask(waitUntil, keys)
    if ((wait?.next_at ?? 0) > at) return { waitUntil: wait?.next_at ?? at }
    return aside(() => this.#database.transaction((unit) => chargeAll(unit, charges, at)))
  }

  release(releases: readonly CounterRelease[], at: EpochMs): Promise<void> {
    return aside(() => this.#database.transaction((unit) => releaseAll(unit, releases, at)))
  }

  async forget(first: number, last: number): Promise<void> {
    await this.#database.change(forget, first, last)
  }

  sweep(first: number, last: number, at: EpochMs): Promise<number> {
    return this.#database.change(sweep, first, last, at)
  }
}

async function chargeAll(unit: Unit, charges: readonly CounterCharge[], at: EpochMs): Promise<ChargeOutcome> {
  const keys = charges.map(({ key }) => key)
  const held = await countersOf(unit, hold, keys)
  const counters = keys.map((key) => held.get(key) ?? emptyCounter)
  const latest = Math.max(...counters.map(({ nextAt }) => nextAt))
  if (latest > at) return { waitUntil: latest }
  const moved = charges.map(({ rule }, index) => charged(counters[index] ?? emptyCounter, rule, at))
  await putAll(unit, keys, moved)
  return { nextAt: moved.map(({ nextAt }) => nextAt) }
}

async function releaseAll(unit: Unit, releases: readonly CounterRelease[], at: EpochMs): Promise<void> {
  const held = await countersOf(
    unit,
    holdExisting,
    releases.map(({ key }) => key),
  )
  const found = releases.flatMap((release) => {
    const counter = held.get(release.key)
    return counter === undefined ? [] : [{ key: release.key, counter: released(counter, release, at) }]
  })
  await putAll(
    unit,
    found.map(({ key }) => key),
    found.map(({ counter }) => counter),
  )
}

async function countersOf(unit: Unit, holding: Statement<CounterRow>, keys: readonly number[]): Promise<ReadonlyMap<number, Counter>> {
  const rows = await unit.ask(holding, keys)
  return new Map(rows.map((row) => [row.key, { emptyAt: row.empty_at, nextAt: row.next_at }]))
}

async function putAll(unit: Unit, keys: readonly number[], counters: readonly Counter[]): Promise<void> {
  await unit.change(
    put,
    keys,
    counters.map(({ emptyAt }) => emptyAt),
    counters.map(({ nextAt }) => nextAt),
  )
}
