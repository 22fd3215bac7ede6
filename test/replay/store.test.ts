// What a claim promises, kept by each store that several processes of a service can share.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AuthError, ManualClock, systemClock } from 'countersign/core'
import { MemoryReplayStore, PostgresReplayStore, RedisReplayStore, type ReplayStore } from 'countersign/replay'
import pg from 'pg'
import { createClient } from 'redis'
import { PATIENCE_MS } from '../http/patience.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { type RedisServer, startRedis } from '../service/redis.ts'

const NOW = 1_800_000_000_000

/** Two stores over one memory, as two processes of a service have them. */
interface Pair {
  readonly stores: readonly [ReplayStore, ReplayStore]
  close(): Promise<void>
}

let redis: RedisServer
let postgres: PostgresServer
before(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
})
after(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
})

async function openRedis(): Promise<Pair> {
  const clients = await Promise.all([redisClient(), redisClient()])
  const stores = clients.map((client) => new RedisReplayStore({ client, clock: new ManualClock(NOW), prefix: `test${NOW}:` }))
  return { stores: [stores[0] as ReplayStore, stores[1] as ReplayStore], close: async () => clients.forEach((client) => client.destroy()) }
}

async function redisClient() {
  const client = createClient({ url: redis.url, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function openPostgres(): Promise<Pair> {
  const url = await postgres.createDatabase()
  const pools = [new pg.Pool({ connectionString: url }), new pg.Pool({ connectionString: url })] as const
  for (const pool of pools) pool.on('error', () => undefined)
  await pools[0].query(PostgresReplayStore.schema('public.seen'))
  const [one, other] = pools.map((pool) => new PostgresReplayStore({ pool, clock: new ManualClock(NOW), table: 'public.seen' }))
  return {
    stores: [one as ReplayStore, other as ReplayStore],
    close: async () => void (await Promise.all(pools.map((pool) => pool.end()))),
  }
}

async function openMemory(): Promise<Pair> {
  const store = new MemoryReplayStore({ clock: new ManualClock(NOW) })
  return { stores: [store, store], close: async () => undefined }
}

for (const [name, open] of [
  ['memory', openMemory],
  ['Redis', openRedis],
  ['PostgreSQL', openPostgres],
] as const) {
  test(`[A03] [I01] ${name}: of 64 concurrent claims through two processes' stores exactly one wins`, async () => {
    const { stores, close } = await open()
    try {
      for (let round = 0; round < 5; round++) {
        const claims = await Promise.all(
          Array.from({ length: 64 }, (_, index) => stores[(index % 2) as 0 | 1].claim('signature', `n${round}`, NOW + 120_000)),
        )
        assert.equal(claims.filter(Boolean).length, 1)
      }
    } finally {
      await close()
    }
  })

  test(`${name}: a claim is of one scope and one id, however they are cut`, async () => {
    const { stores, close } = await open()
    try {
      for (const [scope, id] of [
        ['ab', 'c'],
        ['a', 'bc'],
        ['a:b', 'c'],
        ['a', 'b:c'],
        ['ab', 'ü'.repeat(200)],
      ] as const) {
        assert.equal(await stores[0].claim(scope, id, NOW + 60_000), true)
        assert.equal(await stores[1].claim(scope, id, NOW + 60_000), false)
      }
      await assert.rejects(stores[0].claim('a', 'b', Number.NaN), RangeError)
    } finally {
      await close()
    }
  })
}

test('[A03] Redis that does not answer refuses with 503, and what it may have kept stays refused', async () => {
  const client = await redisClient()
  const open = (timeoutMs: number) => new RedisReplayStore({ client, clock: systemClock, prefix: 'silent:', timeoutMs })
  redis.service.stop()
  try {
    await assert.rejects(open(200).claim('s', 'n', Date.now() + 60_000), isUnavailable)
  } finally {
    redis.service.continue()
  }
  // The command had been sent: it is carried out now, and the claim is taken.
  assert.equal(await open(PATIENCE_MS).claim('s', 'n', Date.now() + 60_000), false)
  client.destroy()
  await assert.rejects(open(PATIENCE_MS).claim('s', 'm', Date.now() + 60_000), isUnavailable)
})

test('[A03] PostgreSQL without the table refuses with 503', async () => {
  const pool = new pg.Pool({ connectionString: await postgres.createDatabase() })
  await assert.rejects(new PostgresReplayStore({ pool, clock: systemClock }).claim('s', 'n', Date.now() + 60_000), isUnavailable)
  await pool.end()
  assert.throws(() => new PostgresReplayStore({ pool, clock: systemClock, table: 'a; DROP TABLE b' }), TypeError)
})

const isUnavailable = (error: unknown): boolean => error instanceof AuthError && error.code === 'unavailable'
