import { AuthError } from 'countersign/core'
import { Pool, type PoolClient, type QueryResult } from 'pg'
import { type Act, claimAct } from '../../audit/index.ts'
import type { StoreObserver } from '../store.ts'
import { clientConfig, type Patience, settle } from './connection.ts'
import { type Statement, statement, storable, type Value } from './statement.ts'
import { asRefusal, isConnectionSound, isRetryable, unreachable } from './storage-failure.ts'

export interface DatabaseOptions {
  readonly url: string
  readonly patience: Patience
  /** Connections at most. */
  readonly connections: number
  readonly observer?: StoreObserver | undefined
}

/** A deadlock or serialization failure has changed nothing, so that the work is done again, so often at most. */
const ATTEMPTS = 4
/** Who would have to wait behind so many is refused at once: a database that is away must not fill the memory. */
const MAXIMUM_WAITING = 1_000

/** The record of an act, with the change that it is of. Its place it gets later: so nobody waits for the end of the chain. */
const leaveDraft = statement('leave audit draft', 'INSERT INTO countersign.audit_draft (id, body, seal) VALUES ($1, $2, $3)')

/** A transaction under way. What is asked is sent at once; the server answers in the same order. */
export class Unit {
  readonly #client: PoolClient
  #failure: Error | undefined
  /** Statements under way that change something, unless they find nothing to change. */
  #changing = 0
  #hasChanged = false

  constructor(client: PoolClient) {
    this.#client = client
    void this.#send('BEGIN ISOLATION LEVEL READ COMMITTED')
  }

  /** The first thing that went wrong: what follows on it only says that the transaction has failed. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Whether something was changed; what is under way counts as if it did. */
  get hasChanged(): boolean {
    return this.#hasChanged || this.#changing > 0
  }

  /** Each statement sees what was committed when it began, and what stands before it in this transaction. */
  async ask<Row>(statement: Statement<Row>, ...values: readonly Value[]): Promise<readonly Row[]> {
    return rowsOf(await this.#send(statement, values))
  }

  /** @returns how many rows it changed. */
  async change(statement: Statement<unknown>, ...values: readonly Value[]): Promise<number> {
    return (await this.#send(statement, values)).rowCount ?? 0
  }

  async commit(): Promise<void> {
    const { command } = await this.#send('COMMIT')
    // A statement that nobody waited for has failed: COMMIT then rolls back, and says so only here.
    if (command !== 'COMMIT') throw this.#failure ?? new Error('the transaction was rolled back')
  }

  async rollBack(): Promise<void> {
    await this.#send('ROLLBACK')
  }

  #send(what: string | Statement<unknown>, values: readonly Value[] = []): Promise<Answer> {
    const answer: Promise<Answer> = this.#client.query(typeof what === 'string' ? { text: what } : query(what, values))
    const changes = typeof what !== 'string' && what.changes
    if (changes) this.#changing++
    // Noted here for who does not wait for it.
    answer.then(
      ({ rowCount }) => {
        if (!changes) return
        this.#changing--
        if ((rowCount ?? 0) > 0) this.#hasChanged = true
      },
      (error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error('a statement failed', { cause: error })
      },
    )
    return answer
  }
}

type Answer = QueryResult<Record<string, unknown>>

const query = ({ name, text }: Statement<unknown>, values: readonly Value[]) => ({ name, text, values: values.map(storable) })

/** The cast that the tables vouch for; the driver can only say "a record of values". */
const rowsOf = <Row>({ rows }: Answer): readonly Row[] => rows as unknown as readonly Row[]

/** One PostgreSQL database through a bounded pool of connections. */
export class Database {
  readonly #pool: Pool
  readonly #observer: StoreObserver | undefined
  #closing: Promise<void> | undefined

  constructor({ url, patience, connections, observer }: DatabaseOptions) {
    this.#observer = observer
    this.#pool = new Pool({
      ...clientConfig(url, patience),
      max: connections,
      allowExitOnIdle: true,
      // The pool waits for it, though its type does not say so.
      onConnect: (client): unknown => settle(client, patience),
    })
    // A connection that dies while nobody uses it is dropped by the pool; who uses one is told by the statement.
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', (client) => void client.on('error', () => undefined))
  }

  /**
   * One statement, committed by itself.
   *
   * @throws {AuthError} `unavailable` when the database did not answer in time. Of a statement that changes something nobody
   * knows then whether it did.
   */
  ask<Row>(statement: Statement<Row>, ...values: readonly Value[]): Promise<readonly Row[]> {
    const act = statement.changes ? claimAct() : undefined
    if (act !== undefined) return this.#carry(act, (unit) => unit.ask(statement, ...values))
    const kind = statement.changes ? 'write' : 'read'
    return this.#withConnection(async (client) => rowsOf(await client.query(query(statement, values))), kind)
  }

  /** As `ask`. @returns how many rows it changed. */
  change(statement: Statement<unknown>, ...values: readonly Value[]): Promise<number> {
    const act = claimAct()
    if (act !== undefined) return this.#carry(act, (unit) => unit.change(statement, ...values))
    return this.#withConnection(async (client) => (await client.query(query(statement, values))).rowCount ?? 0)
  }

  /**
   * One transaction: all of it is committed, or nothing. It may run more than once, so it touches nothing but the database. The first of an act that
   * changes something takes the record of the act with it.
   *
   * @throws {AuthError} `unavailable` when it could not be committed, or when nobody knows whether it was.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    const act = claimAct()
    return act === undefined ? this.#transact(work) : this.#carry(act, work)
  }

  async #carry<T>(act: Act, work: (unit: Unit) => Promise<T>): Promise<T> {
    let hasChanged = false
    let isCommitted = false
    try {
      const result = await this.#transact(async (unit) => {
        const done = await work(unit)
        hasChanged = unit.hasChanged
        const { id, body, seal } = act.draft()
        // The unit notes a failure, and its commit tells.
        if (hasChanged) unit.change(leaveDraft, id, body, seal).catch(() => undefined)
        return done
      })
      isCommitted = true
      return result
    } finally {
      act.settle(isCommitted && hasChanged)
    }
  }

  #transact<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.#withConnection(async (client) => {
      const unit = new Unit(client)
      try {
        const result = await work(unit)
        await unit.commit()
        return result
      } catch (error) {
        await unit.rollBack().catch(() => undefined)
        throw unit.failure ?? error
      }
    })
  }

  /** Lets what is under way end, then lets go of the database. */
  close(): Promise<void> {
    this.#closing ??= this.#pool.end()
    return this.#closing
  }

  async #withConnection<T>(work: (client: PoolClient) => Promise<T>, kind: 'read' | 'write' = 'write'): Promise<T> {
    const ended = this.#observer?.transaction(kind)
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.#once(work)
        ended?.(false)
        return result
      } catch (error) {
        if (attempt < ATTEMPTS && isRetryable(error)) continue
        ended?.(true)
        throw asRefusal(error)
      }
    }
  }

  async #once<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new AuthError('unavailable', { storage: 'closed' })
    if (this.#pool.waitingCount >= MAXIMUM_WAITING) throw new AuthError('overloaded', { storage: 'busy' })
    const there = this.#observer?.connection()
    const client = await this.#pool
      .connect()
      .catch((error: unknown) => {
        throw unreachable(error)
      })
      .finally(there)
    let sound = true
    try {
      return await work(client)
    } catch (error) {
      sound = error instanceof AuthError || isConnectionSound(error)
      throw error
    } finally {
      client.release(!sound)
    }
  }
}
