import { openBrokerFeed, type BrokerReader } from '../broker-feed.ts'
import type { OpenFeed } from '../feed.ts'
import { FeedTrouble } from '../feed-trouble.ts'

/** The part of a connection that we call. */
export interface RedisConnection {
  connect(): Promise<unknown>
  destroy(): void
  on(event: 'error', listener: (error: Error) => void): unknown
  sendCommand(words: readonly string[]): Promise<unknown>
}

/** What we need of a client: connections of our own, since a reader that waits holds one. `createClient()` of `redis` fits. */
export interface RedisClient {
  duplicate(): RedisConnection
}

export interface RedisFeedOptions {
  /** Never connected nor closed by us. */
  readonly client: RedisClient
  /** The key of the stream, as the server's `COUNTERSIGN_FEED` names it. Default `countersign-feed`. */
  readonly stream?: string
  /** Default 3500. */
  readonly idleTimeoutMs?: number
}

/** An entry id, `<ms>-<sequence>`; each part may have 64 bits. */
type EntryId = string

const ORIGIN: EntryId = '0-0'
/** Less than the idle time-out, so that a connection that died in silence is not waited for. */
const BLOCK_MS = '2000'
const BATCH = '512'

/**
 * Follows the log through a Redis stream (Redis 5 or newer), which the server fills with `COUNTERSIGN_FEED=redis://…`.
 * Needs the commands XREAD and XREVRANGE on that one key.
 */
export function createRedisFeed({ client, stream = 'countersign-feed', idleTimeoutMs }: RedisFeedOptions): OpenFeed {
  return openBrokerFeed(() => readerOf(client, stream), idleTimeoutMs === undefined ? {} : { idleTimeoutMs })
}

function readerOf(client: RedisClient, stream: string): BrokerReader<EntryId> {
  return {
    end: (signal) => connected(client, signal, (connection) => lastId(connection, stream)),
    read: (after, deliver, signal) =>
      connected(client, signal, async (connection) => {
        if (isBelow(await lastId(connection, stream), after)) throw new FeedTrouble('unsynchronised', 'the stream in Redis has begun anew')
        let last = after
        while (!signal.aborted) {
          const reply = await connection.sendCommand(['XREAD', 'COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', stream, last])
          for (const { id, message } of entriesOf(streamOf(reply))) {
            last = id
            deliver(message, id)
          }
        }
      }),
  }
}

/** Runs `work` on a connection of its own, until it ends, the connection fails or the signal aborts. */
async function connected<T>(client: RedisClient, signal: AbortSignal, work: (connection: RedisConnection) => Promise<T>): Promise<T> {
  const connection = client.duplicate()
  const failed = new Promise<never>((_, reject) => {
    connection.on('error', reject)
    signal.addEventListener('abort', () => reject(new FeedTrouble('interrupted', 'the reader has gone')), { once: true })
  })
  try {
    return await Promise.race([connection.connect().then(() => work(connection)), failed])
  } finally {
    connection.destroy()
  }
}

async function lastId(connection: RedisConnection, stream: string): Promise<EntryId> {
  return entriesOf(await connection.sendCommand(['XREVRANGE', stream, '+', '-', 'COUNT', '1']))[0]?.id ?? ORIGIN
}

function isBelow(id: EntryId, other: EntryId): boolean {
  const [ms = 0n, sequence = 0n] = id.split('-').map(BigInt)
  const [otherMs = 0n, otherSequence = 0n] = other.split('-').map(BigInt)
  return ms < otherMs || (ms === otherMs && sequence < otherSequence)
}

/** The entries of the one stream that was asked for: RESP2 answers `[[name, entries]]`, RESP3 a map, and nothing is `null`. */
function streamOf(reply: unknown): unknown {
  if (Array.isArray(reply)) return Array.isArray(reply[0]) ? reply[0][1] : undefined
  if (reply instanceof Map) return [...reply.values()][0]
  return typeof reply === 'object' && reply !== null ? Object.values(reply)[0] : undefined
}

/** Reads `[[id, [name, value, …]], …]`; what stands there without a message of ours is a message that says nothing. */
function entriesOf(reply: unknown): readonly { readonly id: EntryId; readonly message: string }[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap((entry: unknown) => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !Array.isArray(entry[1])) return []
    const fields: readonly unknown[] = entry[1]
    const at = fields.indexOf('jws')
    const message = at < 0 ? undefined : fields[at + 1]
    return [{ id: entry[0], message: typeof message === 'string' ? message : '' }]
  })
}
