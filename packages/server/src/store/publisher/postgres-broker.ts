import { Client } from 'pg'
import type { Broker, BrokerConnection } from '../../revocation/index.ts'
import { CONNECT_TIMEOUT_MS, KEPT_MESSAGES } from './driver.ts'

/**
 * `countersign_feed` holds messages and nothing else, so that a reader may be given it without anything of the store.
 * `countersign_feed_end` gives out numbers in the order of the commits: a sequence would let a reader pass one over.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS countersign_feed (id bigint PRIMARY KEY, message text NOT NULL);
  CREATE TABLE IF NOT EXISTS countersign_feed_end (single boolean PRIMARY KEY DEFAULT true CHECK (single), id bigint NOT NULL);
  INSERT INTO countersign_feed_end (id) VALUES (0) ON CONFLICT DO NOTHING;
  -- Whoever loses these messages loads a snapshot: they need not wait for the disk.
  SET synchronous_commit = off;
  SET statement_timeout = 5000`

/** One statement numbers the messages, stores them, drops the oldest and wakes the readers. */
const put = `
  WITH numbered AS (UPDATE countersign_feed_end SET id = id + cardinality($1::text[]) RETURNING id),
    stored AS (
      INSERT INTO countersign_feed (id, message)
      SELECT numbered.id - cardinality($1::text[]) + place, message
      FROM numbered, unnest($1::text[]) WITH ORDINALITY AS given (message, place)),
    dropped AS (DELETE FROM countersign_feed WHERE id <= (SELECT id FROM numbered) - ${KEPT_MESSAGES})
  SELECT pg_notify('countersign_feed', '') FROM numbered`

/** Two tables in the server's own PostgreSQL, and NOTIFY. */
export function postgresBroker(url: string): Broker {
  return {
    name: 'postgres',
    connect: async (): Promise<BrokerConnection> => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
      // The statement that was under way fails as well, and is heard.
      client.on('error', () => undefined)
      const close = (): void => void client.end().catch(() => undefined)
      try {
        await client.connect()
        await client.query(tables)
      } catch (error) {
        close()
        throw error
      }
      return { put: async (messages) => void (await client.query(put, [messages.map(({ compact }) => compact)])), close }
    },
  }
}
