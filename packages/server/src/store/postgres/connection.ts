import { type ClientBase, type ClientConfig, types } from 'pg'

/** How long each step may take. Together they bound what a request waits for a database that is slow, stopped or away. */
export interface Patience {
  /** For a connection, from the pool or new. Default 2000. */
  readonly connectMs: number
  /** For a lock that another transaction holds. Default 2000. */
  readonly lockMs: number
  /** For one statement; the server gives it up. Default 3000. */
  readonly statementMs: number
}

export const DEFAULT_PATIENCE: Patience = Object.freeze({ connectMs: 2_000, lockMs: 2_000, statementMs: 3_000 })

/** So much later than the server itself we give a statement up: for a server that does not run at all. */
const SILENCE_MS = 500
/** A server of ours that is stopped in the middle of a transaction must not keep the others from the log's head. */
const IDLE_IN_TRANSACTION_MS = 5_000
const KEEP_ALIVE_MS = 10_000
/** OID of `bigint`: our positions and times, which the driver would hand over as text. */
const BIGINT = 20

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`)
  return value
}

export function clientConfig(url: string, { connectMs, statementMs }: Patience): ClientConfig {
  return {
    connectionString: url,
    application_name: 'countersign',
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs + SILENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // The statements of a transaction travel together; the server still takes them one by one, each with its own snapshot.
    pipeline: true,
    types: {
      // The driver's own type for this function is a set of overloads by OID, of which ours is one more.
      getTypeParser: ((oid: number, format?: 'text'): unknown =>
        oid === BIGINT ? safeInteger : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  }
}

/**
 * What our transactions rely on, whatever the server's defaults are: READ COMMITTED, limits, and commits that are durable
 * when they are acknowledged. (Stronger settings of `synchronous_commit`, for standby servers, are left as they are.)
 */
export async function settle(client: ClientBase, { lockMs, statementMs }: Patience): Promise<void> {
  await client.query({
    text: `
      SELECT set_config('default_transaction_isolation', 'read committed', false),
        set_config('lock_timeout', $1, false),
        set_config('statement_timeout', $2, false),
        set_config('idle_in_transaction_session_timeout', $3, false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)`,
    values: [String(lockMs), String(statementMs), String(IDLE_IN_TRANSACTION_MS)],
  })
}
