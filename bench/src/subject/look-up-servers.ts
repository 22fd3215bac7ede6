import { Client } from 'pg'
import { createClient } from 'redis'
import { startPostgres } from '../../../test/service/postgres.ts'
import { startRedis } from '../../../test/service/redis.ts'
import type { LookUpTable } from './look-up-table.ts'

/** One `GET` at a time, awaited, over loopback: what a request waits for. */
export async function redis(): Promise<LookUpTable> {
  const server = await startRedis()
  const client = createClient({ url: server.url })
  await client.connect()
  const usedBytes = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
  const emptyBytes = await usedBytes()
  return {
    elsewhere: true,
    adding: (ids, position) => async () => void (await Promise.all(ids.map((id, at) => client.set(id, String(position + at))))),
    count: async (ids) => {
      let found = 0
      for (const id of ids) if ((await client.get(id)) !== null) found++
      return found
    },
    bytes: async () => (await usedBytes()) - emptyBytes,
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** One prepared point read at a time, awaited, over loopback. */
export async function postgres(): Promise<LookUpTable> {
  const server = await startPostgres()
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query('CREATE TABLE cutoff (id text PRIMARY KEY, position bigint NOT NULL)')
  const select = { name: 'select', text: 'SELECT position FROM cutoff WHERE id = $1' }
  return {
    elsewhere: true,
    adding: (ids, position) => async () => {
      const insert = 'INSERT INTO cutoff SELECT id, $2::bigint + place - 1 FROM unnest($1::text[]) WITH ORDINALITY AS given (id, place)'
      await client.query(insert, [ids, position])
    },
    count: async (ids) => {
      let found = 0
      for (const id of ids) found += (await client.query({ ...select, values: [id] })).rows.length
      return found
    },
    bytes: async () => Number((await client.query("SELECT pg_total_relation_size('cutoff') AS bytes")).rows[0].bytes),
    [Symbol.asyncDispose]: async () => {
      await client.end()
      await server[Symbol.asyncDispose]()
    },
  }
}
