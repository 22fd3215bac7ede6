import { createHash, hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { compare, hash as bcryptHash } from 'bcryptjs'
import type { PresentedCredentials } from 'countersign'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { type Candidate, interleave } from '../harness/interleave.ts'
import { machineMs } from '../harness/machine-clock.ts'
import { percentile } from '../harness/statistics.ts'
import { candidate } from '../peer/candidate.ts'
import type { ApiKeysReady } from '../server/countersign.ts'
import type { VerifierRequest, WatchRequest } from '../server/verifier.ts'
import { localApiKeys } from '../subject/local-api-keys.ts'
import { LIVE_CUTOFFS } from '../subject/local-verifier.ts'
import { Operator } from '../subject/operator.ts'

const STRING_ALONE = 'making the string (in every row)'
const BCRYPT_COST = 10

/** node:http makes a new string of the header's bytes for each request, which has no hash yet. */
const fresh = (header: Buffer): string => header.toString('latin1')
const keyOf = (header: Buffer): string => fresh(header).slice(7)

/** What a table of keys in the service's own database costs at the least: the hash, the row, and that it was used. */
function tableOfKeys(folder: string, pool: readonly Buffer[]): Candidate {
  const database = new DatabaseSync(`${folder}/keys-${pool.length}.db`)
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE api_key (hash TEXT PRIMARY KEY, owner TEXT, last_used INTEGER)',
  )
  const insert = database.prepare('INSERT INTO api_key VALUES (?, ?, 0)')
  const hashed = (header: Buffer): string => createHash('sha256').update(keyOf(header)).digest('base64url')
  for (const header of pool) insert.run(hashed(header), 'usr_bench')
  const find = database.prepare('SELECT owner FROM api_key WHERE hash = ?')
  const note = database.prepare('UPDATE api_key SET last_used = ? WHERE hash = ?')
  const call = (header: Buffer): unknown => {
    const key = hashed(header)
    const row = find.get(key)
    note.run(Date.now(), key)
    return row
  }
  return candidate('SHA-256, SELECT, UPDATE in SQLite', pool, { kind: 'sync', call })
}

async function measureSeen(count: number, folder: string, settings: Settings): Promise<Table> {
  settings.log(`api-key ${count} keys: making them …`)
  using subject = await localApiKeys(count)
  const pool = subject.keys.map((key) => Buffer.from(`Bearer ${key}`, 'latin1')).sort(() => Math.random() - 0.5)
  const { verifier } = subject
  const presented = (header: Buffer): PresentedCredentials => ({ authorization: fresh(header), cookie: undefined })
  for (const header of pool) await verifier.authenticate(presented(header))
  const asked = subject.questions()
  const bcrypted = await bcryptHash(keyOf(pool[0] as Buffer), BCRYPT_COST)
  const candidates = [
    candidate('countersign check()', pool, { kind: 'sync', call: (header) => verifier.check(presented(header)) }),
    candidate('countersign authenticate()', pool, { kind: 'async', call: (header) => verifier.authenticate(presented(header)) }),
    candidate(STRING_ALONE, pool, { kind: 'sync', call: (header) => fresh(header).length }),
    candidate('SHA-256 of the key alone', pool, { kind: 'sync', call: (header) => hash('sha256', keyOf(header), 'base64url') }),
    tableOfKeys(folder, pool),
    candidate(`bcryptjs, cost ${BCRYPT_COST}`, [pool[0] as Buffer], { kind: 'async', call: (header) => compare(keyOf(header), bcrypted) }),
  ]
  settings.log(`api-key ${count} keys: measuring …`)
  const timings = await interleave(candidates, settings.quick ? { rounds: 5, roundMs: 25 } : { rounds: 11, roundMs: 60 })
  if (subject.questions() !== asked) throw new Error('a seen key was asked about')
  const stringNs = timings.find(({ label }) => label === STRING_ALONE)?.medianNs ?? Number.NaN
  const oursNs = timings[0]?.medianNs ?? Number.NaN
  const rows: readonly Row[] = timings.map(({ label, medianNs, fastestNs, slowestNs }) => ({
    label,
    values: {
      ns: medianNs,
      fastestNs,
      slowestNs,
      ofOurs: medianNs / oursNs,
      netNs: label === STRING_ALONE ? undefined : medianNs - stringNs,
    },
  }))
  return {
    title: `${count} keys, each seen before`,
    columns: [
      { key: 'ns', heading: 'median ns' },
      { key: 'fastestNs', heading: 'fastest' },
      { key: 'slowestNs', heading: 'slowest' },
      { key: 'ofOurs', heading: 'times check()', digits: 2 },
      { key: 'netNs', heading: 'less string ns' },
    ],
    rows,
  }
}

async function measureRemoval(folder: string, settings: Settings): Promise<Table> {
  const trials = settings.quick ? 20 : 300
  settings.log(`api-key: starting a server and a service, ${trials} keys …`)
  await using stack = new AsyncDisposableStack()
  const server = stack.use(new Child(new URL('../server/countersign.ts', import.meta.url)))
  const ready = await server.call<ApiKeysReady>('startForApiKeys', { sessions: trials, folder })
  const service = stack.use(new Child(new URL('../server/verifier.ts', import.meta.url)))
  const request: VerifierRequest = { ...ready, apiKeys: true }
  await service.call('start', request)
  const operator = stack.adopt(await Operator.connect(ready.port, ready.operatorToken), (each) => each.close())
  settings.log('api-key: measuring removals …')
  const refusedMs: number[] = []
  for (const { id, key } of ready.keys) {
    const watched: WatchRequest = { authorization: `Bearer ${key}`, pause: 'none' }
    await service.call('watch', watched)
    await operator.removeApiKey(id)
    const acknowledgedMs = machineMs()
    refusedMs.push((await service.call<number>('refusal')) - acknowledgedMs)
  }
  return {
    title: 'DELETE /v1/api-keys/{id}, answered 204, to the first refusal by a service in another process, over SSE',
    columns: [
      { key: 'trials', heading: 'trials' },
      { key: 'p50Ms', heading: 'p50 ms', digits: 2 },
      { key: 'p99Ms', heading: 'p99 ms', digits: 2 },
      { key: 'slowestMs', heading: 'slowest', digits: 2 },
    ],
    rows: [
      {
        label: 'one service process',
        values: { trials, p50Ms: percentile(refusedMs, 0.5), p99Ms: percentile(refusedMs, 0.99), slowestMs: Math.max(...refusedMs) },
      },
    ],
  }
}

export const apiKey: Bench = {
  title: 'API keys: checked in the service, and removed',
  async run(settings) {
    using folder = new TemporaryFolder()
    const tables: Table[] = []
    for (const count of settings.quick ? [1000] : [1000, 16_000]) tables.push(await measureSeen(count, folder.path, settings))
    tables.push(await measureRemoval(folder.path, settings))
    return {
      tables,
      notes: [
        `check() does everything: extraction, comparison of the key, expiry, revocation against a log with ${LIVE_CUTOFFS} live cut-offs, noting the use. It asks and writes nothing: the bench fails if it does.`,
        'SHA-256 with SELECT and UPDATE is the least that a table of keys in the service’s own database costs; it is written without waiting for the disk (synchronous=NORMAL), and what libraries do on top (JSON, queries by an adapter, limits) is not in it. The API key plugin of better-auth is a package of its own, @better-auth/api-key, and not installed here.',
        'bcryptjs stands for those who hash keys like passwords: 256 random bits need no such thing.',
        'Below zero: refused before the operator had the answer.',
      ],
    }
  },
}
