import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import {
  type Counter,
  type CounterCharge,
  type CounterRelease,
  charged,
  emptyCounter,
  isSpent,
  released,
} from '../../account/throttle/counter.ts'
import type { ChargeOutcome, ThrottleStore } from '../../account/throttle/throttle-store.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

interface CounterRow {
  readonly empty_at: number
  readonly next_at: number
}

export class SqliteThrottleStore implements ThrottleStore {
  readonly #database: Database
  readonly #find: Statement<CounterRow>
  readonly #put: Statement
  readonly #drop: Statement
  readonly #forget: Statement
  readonly #sweep: Statement

  constructor(database: Database) {
    this.#database = database
    this.#find = database.statement('SELECT empty_at, next_at FROM throttle_counter WHERE key = ?')
    this.#put = database.statement(`
      INSERT INTO throttle_counter (key, empty_at, next_at) VALUES (?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET empty_at = excluded.empty_at, next_at = excluded.next_at`)
    this.#drop = database.statement('DELETE FROM throttle_counter WHERE key = ?')
    this.#forget = database.statement('DELETE FROM throttle_counter WHERE key BETWEEN ? AND ?')
    this.#sweep = database.statement('DELETE FROM throttle_counter WHERE key BETWEEN ?1 AND ?2 AND empty_at <= ?3 AND next_at <= ?3')
  }

  async charge(charges: readonly CounterCharge[], at: EpochMs): Promise<ChargeOutcome> {
    // Whoever has to wait is told without a write: so a flood costs reads.
    const waitUntil = await this.#database.read(() => latest(charges.map(({ key }) => this.#counter(key))))
    if (waitUntil > at) return { waitUntil }
    return aside(() => this.#database.write(() => this.#chargeAll(charges, at)))
  }

  release(releases: readonly CounterRelease[], at: EpochMs): Promise<void> {
    return aside(() =>
      this.#database.write(() => {
        for (const release of releases) {
          const counter = released(this.#counter(release.key), release, at)
          if (isSpent(counter, at)) this.#drop.run(release.key)
          else this.#put.run(release.key, counter.emptyAt, counter.nextAt)
        }
      }),
    )
  }

  async forget(first: number, last: number): Promise<void> {
    await this.#database.write(() => this.#forget.run(first, last))
  }

  sweep(first: number, last: number, at: EpochMs): Promise<number> {
    return this.#database.write(() => this.#sweep.run(first, last, at))
  }

  #chargeAll(charges: readonly CounterCharge[], at: EpochMs): ChargeOutcome {
    const counters = charges.map(({ key }) => this.#counter(key))
    const waitUntil = latest(counters)
    if (waitUntil > at) return { waitUntil }
    const nextAt = charges.map(({ key, rule }, index) => {
      const counter = charged(counters[index] ?? emptyCounter, rule, at)
      this.#put.run(key, counter.emptyAt, counter.nextAt)
      return counter.nextAt
    })
    return { nextAt }
  }

  #counter(key: number): Counter {
    const row = this.#find.get(key)
    return row === undefined ? emptyCounter : { emptyAt: row.empty_at, nextAt: row.next_at }
  }
}

const latest = (counters: readonly Counter[]): EpochMs => Math.max(...counters.map(({ nextAt }) => nextAt))
