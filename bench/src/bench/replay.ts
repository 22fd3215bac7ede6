import { randomFillSync } from 'node:crypto'
import { systemClock } from 'countersign/core'
import { MemoryReplayStore, PostgresReplayStore, RedisReplayStore, type ReplayStore } from 'countersign/replay'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { openSqliteStore } from '../../../packages/server/src/store/sqlite/store.ts'
import { startPostgres } from '../../../test/service/postgres.ts'
import { startRedis } from '../../../test/service/redis.ts'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { median } from '../harness/statistics.ts'

const LIFE_MS = 120_000
const BATCH = 8192

/** New nonces, as requests bring them: strings that nobody has hashed yet. */
function nonces(): string[] {
  const bytes = randomFillSync(Buffer.alloc(BATCH * 16))
  return Array.from({ length: BATCH }, (_, index) => bytes.toString('base64url', index * 16, index * 16 + 16))
}

interface InMemory {
  readonly label: string
  claim(id: string, expiresAt: number): boolean
  /** What it holds takes so many bytes, where it knows. */
  bytes?(): number
}

function memorySubjects(capacity: number): readonly InMemory[] {
  const store = new MemoryReplayStore({ clock: systemClock, maxEntries: capacity })
  const set = new Set<string>()
  const map = new Map<string, number>()
  return [
    {
      label: 'countersign, in memory',
      claim: (id, expiresAt) => store.claimNow('signature', id, expiresAt),
      bytes: () => store.byteLength,
    },
    {
      label: 'Set, forgets nothing',
      claim: (id) => {
        const before = set.size
        set.add(id)
        return set.size > before
      },
    },
    {
      label: 'Map of expiry, forgets nothing',
      claim: (id, expiresAt) => {
        if (map.has(id)) return false
        map.set(id, expiresAt)
        return true
      },
    },
  ]
}

async function memoryTable(settings: Settings): Promise<Table> {
  const live = settings.quick ? 20_000 : 1_000_000
  settings.log(`replay: ${live} claims in memory …`)
  const rows = memorySubjects(live * 3).map(({ label, claim, bytes }) => {
    const times: number[] = []
    let held = 0
    while (held < live * 1.2) {
      const ids = nonces()
      // A request's own time, which its verifier knows by then.
      const expiresAt = systemClock.now() + LIFE_MS
      const startedMs = performance.now()
      let won = 0
      for (const id of ids) if (claim(id, expiresAt)) won++
      if (won !== ids.length) throw new Error('a new nonce was refused')
      if (held >= live * 0.8) times.push(((performance.now() - startedMs) * 1e6) / BATCH)
      held += BATCH
    }
    return { label, values: { claimNs: median(times), bytes: bytes === undefined ? undefined : bytes() / held } }
  })
  return {
    title: `${live.toLocaleString('en')} live claims, in memory`,
    columns: [
      { key: 'claimNs', heading: 'claim ns' },
      { key: 'bytes', heading: 'bytes/claim', digits: 1 },
    ],
    rows,
  }
}

interface Shared extends AsyncDisposable {
  readonly ways: readonly { readonly label: string; claim(id: string): Promise<boolean> }[]
}

const byStore = (label: string, store: ReplayStore) => ({
  label,
  claim: (id: string) => store.claim('signature', id, systemClock.now() + LIFE_MS),
})

async function openSqlite(): Promise<Shared> {
  const folder = new TemporaryFolder()
  const store = await openSqliteStore({ path: `${folder.path}/claims.db`, clock: systemClock, cutoffLifeMs: 3_600_000 })
  return {
    ways: [byStore(`SQLite, synchronous=FULL${folder.inMemory ? ' (in memory: no disk)' : ''}`, store.replay)],
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}

async function openRedis(): Promise<Shared> {
  const server = await startRedis()
  const client = createClient({ url: server.url })
  await client.connect()
  return {
    ways: [
      byStore('Redis', new RedisReplayStore({ client, clock: systemClock })),
      {
        label: 'Redis, bare SET NX PX',
        claim: async (id) => (await client.sendCommand<string | null>(['SET', `raw:${id}`, '', 'NX', 'PX', String(LIFE_MS)])) === 'OK',
      },
    ],
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function openPostgres(): Promise<Shared> {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url, max: 16 })
  await pool.query(`${PostgresReplayStore.schema()} CREATE TABLE raw_claim (id text PRIMARY KEY, expires_at bigint NOT NULL)`)
  const insert = { name: 'raw', text: 'INSERT INTO raw_claim VALUES ($1, $2) ON CONFLICT DO NOTHING' }
  return {
    ways: [
      byStore('PostgreSQL, 16 connections', new PostgresReplayStore({ pool, clock: systemClock })),
      {
        label: 'PostgreSQL, bare INSERT, 16 connections',
        claim: async (id) => (await pool.query({ ...insert, values: [id, systemClock.now() + LIFE_MS] })).rowCount === 1,
      },
    ],
    [Symbol.asyncDispose]: async () => {
      await pool.end()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Keeps so many claims under way, as that many requests would, for some time. */
async function perSecond(claim: (id: string) => Promise<boolean>, concurrency: number, forMs: number): Promise<number> {
  let ids = nonces()
  let claims = 0
  const startedMs = performance.now()
  const worker = async (): Promise<void> => {
    while (performance.now() - startedMs < forMs) {
      const id = ids.pop() ?? ''
      if (ids.length === 0) ids = nonces()
      if (!(await claim(id))) throw new Error('a new nonce was refused')
      claims++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return (claims * 1000) / (performance.now() - startedMs)
}

async function sharedTable(settings: Settings): Promise<Table> {
  const rows: Row[] = []
  const concurrency = [1, 64, 256]
  for (const open of [openSqlite, openRedis, openPostgres]) {
    await using shared = await open()
    const samples = new Map<string, number[]>()
    for (let round = 0; round < (settings.quick ? 1 : 3); round++) {
      for (const { label, claim } of shared.ways) {
        for (const clients of concurrency) {
          settings.log(`replay: ${label}, ${clients} at once …`)
          const rate = await perSecond(claim, clients, settings.quick ? 50 : 1000)
          samples.set(`${label} ${clients}`, [...(samples.get(`${label} ${clients}`) ?? []), rate])
        }
      }
    }
    for (const { label } of shared.ways) {
      const values = Object.fromEntries(concurrency.map((clients) => [`at${clients}`, median(samples.get(`${label} ${clients}`) ?? [])]))
      rows.push({ label, values })
    }
  }
  return {
    title: 'claims a second, shared or durable',
    columns: concurrency.map((clients) => ({ key: `at${clients}`, heading: clients === 1 ? 'one by one' : `${clients} at once` })),
    rows,
  }
}

export const replay: Bench = {
  title: 'claiming a nonce once, for two minutes',
  async run(settings) {
    return {
      tables: [await memoryTable(settings), await sharedTable(settings)],
      notes: [
        'Each claim is of a new string that has no hash yet. Bytes: of the typed arrays, over the claims held.',
        'Set and Map are what a service would write first: they refuse nothing when full, and forget nothing.',
        'SQLite: the store of the server, with group commit; every claim is on the disk before it is answered.',
      ],
    }
  },
}
