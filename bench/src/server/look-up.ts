/** A child process: one table of ids, filled, weighed and asked. Alone in its process, so that its memory can be told. */
import { setImmediate } from 'node:timers/promises'
import { answerParent } from '../harness/parent.ts'
import { median } from '../harness/statistics.ts'
import { bloomFilter, countersignIndex, lruCache, nativeMap, nativeSet, sqlite } from '../subject/look-up-peers.ts'
import { IdSource, type LookUpTable, settledMemory } from '../subject/look-up-table.ts'

const LIFE_MS = 3_605_000

const tables = {
  countersign: (total: number) => countersignIndex(LIFE_MS, total),
  'countersign burst': (total: number) => countersignIndex(0, total),
  map: () => nativeMap(),
  set: () => nativeSet(),
  'lru-cache': (total: number) => lruCache(total),
  'bloom-filters': (total: number) => bloomFilter(total),
  sqlite: () => sqlite(),
  redis: async () => (await import('../subject/look-up-servers.ts')).redis(),
  postgres: async () => (await import('../subject/look-up-servers.ts')).postgres(),
} satisfies Readonly<Record<string, (total: number) => LookUpTable | Promise<LookUpTable>>>

export type LookUpSubject = keyof typeof tables

export interface LookUpRequest {
  readonly subject: LookUpSubject
  readonly entries: number
  readonly lookUps: number
  readonly rounds: number
}

export interface LookUpResult {
  /** Its own account of its memory, in bytes an entry. */
  readonly ownBytes: number | undefined
  /** What the process grew by, in bytes an entry; nothing where the table is elsewhere. */
  readonly residentBytes: number | undefined
  readonly hitNs: number
  readonly missNs: number
  readonly loadMs: number
  /** The longest time that adding a few entries took. */
  readonly longestMs: number
  /** Of the ids that were never added, how many were found. */
  readonly falseHits: number
}

/** So many at once go to a server or into a transaction; a table in this process gets few, so that a pause shows. */
const BATCH = 5_000
const STEP = 100

interface Loading {
  readonly loadMs: number
  readonly longestMs: number
}

async function load(table: LookUpTable, ids: IdSource, entries: number): Promise<Loading> {
  let [loadMs, longestMs] = [0, 0]
  const step = table.elsewhere === true ? BATCH : STEP
  for (let from = 0; from < entries; from += BATCH) {
    const batch = ids.range(from, Math.min(BATCH, entries - from))
    for (let at = 0; at < batch.length; at += step) {
      const add = table.adding(batch.slice(at, at + step), from + at + 1)
      const startMs = performance.now()
      const adding = add()
      if (adding instanceof Promise) await adding
      const elapsedMs = performance.now() - startMs
      loadMs += elapsedMs
      longestMs = Math.max(longestMs, elapsedMs)
    }
  }
  return { loadMs, longestMs }
}

interface Timed {
  readonly ns: number
  readonly found: number
}

async function timeLookUps(table: LookUpTable, asked: readonly string[]): Promise<Timed> {
  await setImmediate()
  const startMs = performance.now()
  const counting = table.count(asked)
  const found = counting instanceof Promise ? await counting : counting
  return { ns: ((performance.now() - startMs) * 1e6) / asked.length, found }
}

async function measure({ subject, entries, lookUps, rounds }: LookUpRequest): Promise<LookUpResult> {
  const ids = new IdSource()
  // The heap has its size before anything is weighed.
  for (let from = 0; from < 200_000; from += BATCH) ids.range(from, BATCH)
  const before = settledMemory()
  await using table = await tables[subject](entries)
  const loading = await load(table, ids, entries)
  const residentBytes = table.elsewhere === true ? undefined : (settledMemory() - before) / entries
  const ownBytes = (await table.bytes?.()) ?? undefined
  const [hits, misses]: [number[], number[]] = [[], []]
  let falseHits = 0
  for (let round = 0; round <= rounds; round++) {
    const hit = await timeLookUps(table, ids.some(lookUps, entries))
    if (hit.found !== lookUps) throw new Error(`${subject} found ${hit.found} of ${lookUps}`)
    const miss = await timeLookUps(table, ids.some(lookUps, entries, 1 + round))
    falseHits += miss.found
    // The first round only warms up.
    if (round === 0) continue
    hits.push(hit.ns)
    misses.push(miss.ns)
  }
  const asked = lookUps * (rounds + 1)
  return {
    ownBytes: ownBytes === undefined ? undefined : ownBytes / entries,
    residentBytes,
    hitNs: median(hits),
    missNs: median(misses),
    ...loading,
    falseHits: falseHits / asked,
  }
}

answerParent({ measure })
