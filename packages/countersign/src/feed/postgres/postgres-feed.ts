import { openBrokerFeed, type BrokerReader } from '../broker-feed.ts'
import type { OpenFeed } from '../feed.ts'
import { FeedTrouble } from '../feed-trouble.ts'

/** The part of a connection that we call. */
export interface PostgresConnection {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  on(event: 'notification' | 'end', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  release(destroy: boolean): void
}

/** What we need of a pool: one connection to listen on. A `pg.Pool` fits. */
export interface PostgresPool {
  connect(): Promise<PostgresConnection>
}

export interface PostgresFeedOptions {
  /** As a role that may read `countersign_feed` and `countersign_feed_end`, and nothing else. Never closed by us. */
  readonly pool: PostgresPool
  /** Default 3500. */
  readonly idleTimeoutMs?: number
}

interface MessageRow {
  readonly id: number
  readonly message: string
}

const BATCH = 512

/**
 * Follows the log through two tables in the server's PostgreSQL, which the server fills with `COUNTERSIGN_FEED=postgres`:
 * NOTIFY wakes, the table is read. It holds signed messages, so that this way needs no more trust than any other.
 */
export function createPostgresFeed({ pool, idleTimeoutMs }: PostgresFeedOptions): OpenFeed {
  return openBrokerFeed(() => readerOf(pool), idleTimeoutMs === undefined ? {} : { idleTimeoutMs })
}

function readerOf(pool: PostgresPool): BrokerReader<number> {
  return {
    end: (signal) => connected(pool, signal, readEnd),
    read: (after, deliver, signal) =>
      connected(pool, signal, async (connection) => {
        const wake = new Wake()
        connection.on('notification', () => wake.call())
        await connection.query('LISTEN countersign_feed')
        if ((await readEnd(connection)) < after) throw new FeedTrouble('unsynchronised', 'the feed in PostgreSQL has begun anew')
        let last = after
        while (!signal.aborted) {
          const rows = await readMessages(connection, last)
          for (const { id, message } of rows) {
            last = id
            deliver(message, id)
          }
          if (rows.length < BATCH) await wake.wait()
        }
      }),
  }
}

/** Remembers a call that came while nobody waited. */
class Wake {
  #isCalled = false
  #resolve: () => void = () => undefined

  call(): void {
    this.#isCalled = true
    this.#resolve()
  }

  async wait(): Promise<void> {
    if (!this.#isCalled) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
    }
    this.#isCalled = false
  }
}

/** Runs `work` on a connection of its own, until it ends, the connection fails or the signal aborts. */
async function connected<T>(pool: PostgresPool, signal: AbortSignal, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
  const connecting = pool.connect()
  const failed = new Promise<never>((_, reject) => {
    const end = (): void => reject(new FeedTrouble('interrupted', 'the connection to PostgreSQL has ended'))
    signal.addEventListener('abort', end, { once: true })
    connecting.then(
      (connection) => {
        connection.on('error', reject)
        connection.on('end', end)
      },
      () => undefined,
    )
  })
  try {
    return await Promise.race([connecting.then(work), failed])
  } finally {
    // It listens, and perhaps waits: nobody else can use it.
    connecting.then(
      (connection) => connection.release(true),
      () => undefined,
    )
  }
}

/** Numbers come as text, so that no setting of the driver matters; they count messages and stay below 2^53. */
async function readEnd(connection: PostgresConnection): Promise<number> {
  const { rows } = await connection.query('SELECT id::text AS id FROM countersign_feed_end')
  return rows.map(readId)[0] ?? 0
}

async function readMessages(connection: PostgresConnection, after: number): Promise<readonly MessageRow[]> {
  const sql = `SELECT id::text AS id, message FROM countersign_feed WHERE id > $1 ORDER BY id LIMIT ${BATCH}`
  const { rows } = await connection.query(sql, [after])
  return rows.map((row) => ({ id: readId(row), message: String(member(row, 'message')) }))
}

const readId = (row: unknown): number => Number(member(row, 'id'))

const member = (row: unknown, name: string): unknown => (typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined)
