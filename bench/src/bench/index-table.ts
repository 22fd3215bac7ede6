import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import type { LookUpRequest, LookUpResult, LookUpSubject } from '../server/look-up.ts'

interface Subject {
  readonly label: string
  readonly subject: LookUpSubject
  /** More take longer than anybody waits. */
  readonly maxEntries: number
  readonly lookUps: number
}

const ALL = Number.POSITIVE_INFINITY
const IN_MEMORY = 200_000
const OVER_LOOPBACK = 5_000

const subjects: readonly Subject[] = [
  { label: 'countersign index', subject: 'countersign', maxEntries: ALL, lookUps: IN_MEMORY },
  { label: 'countersign index, all at once', subject: 'countersign burst', maxEntries: ALL, lookUps: IN_MEMORY },
  { label: 'Map', subject: 'map', maxEntries: ALL, lookUps: IN_MEMORY },
  { label: 'Set', subject: 'set', maxEntries: ALL, lookUps: IN_MEMORY },
  { label: 'lru-cache', subject: 'lru-cache', maxEntries: ALL, lookUps: IN_MEMORY },
  { label: 'bloom-filters, 1 in 1000 false', subject: 'bloom-filters', maxEntries: 1e6, lookUps: 20_000 },
  { label: 'node:sqlite', subject: 'sqlite', maxEntries: 1e6, lookUps: 50_000 },
  { label: 'Redis GET', subject: 'redis', maxEntries: 1e6, lookUps: OVER_LOOPBACK },
  { label: 'PostgreSQL point read', subject: 'postgres', maxEntries: 1e6, lookUps: OVER_LOOPBACK },
]

const sizes = [1e5, 1e6, 1e7]
const quickSizes = [2e4]

/** `Map` keeps ten million ids on the heap. */
const heap = { NODE_OPTIONS: '--max-old-space-size=8192' }

async function measure(request: LookUpRequest): Promise<LookUpResult> {
  await using child = new Child(new URL('../server/look-up.ts', import.meta.url), heap)
  return await child.call<LookUpResult>('measure', request)
}

async function tableOf(entries: number, settings: Settings): Promise<Table> {
  const rows: Row[] = []
  for (const { label, subject, maxEntries, lookUps } of subjects) {
    if (entries > maxEntries || (settings.only !== undefined && !label.includes(settings.only))) continue
    settings.log(`index ${entries} entries: ${label} …`)
    const paced = settings.quick ? { lookUps: Math.min(lookUps, 2_000), rounds: 2 } : { lookUps, rounds: 5 }
    const { falseHits, ...values } = await measure({ subject, entries, ...paced })
    rows.push({ label, values: { ...values, falseHits: falseHits === 0 ? 'none' : `${(falseHits * 100).toFixed(2)} %` } })
  }
  return {
    title: `${entries.toLocaleString('en')} live entries`,
    columns: [
      { key: 'ownBytes', heading: 'own bytes/entry', digits: 1 },
      { key: 'residentBytes', heading: 'RSS bytes/entry', digits: 1 },
      { key: 'hitNs', heading: 'hit ns' },
      { key: 'missNs', heading: 'miss ns' },
      { key: 'loadMs', heading: 'load ms' },
      { key: 'longestMs', heading: 'longest pause ms', digits: 2 },
      { key: 'falseHits', heading: 'false hits' },
    ],
    rows,
  }
}

export const indexTable: Bench = {
  title: 'remembering cut-offs of sessions by their ids, and looking them up',
  async run(settings) {
    const tables: Table[] = []
    for (const entries of settings.quick ? quickSizes : sizes) tables.push(await tableOf(entries, settings))
    return {
      tables,
      notes: [
        'Each row is a process of its own. RSS: what the process grew by, after a garbage collection that gives empty pages back; own bytes: typed arrays (ours), the file (SQLite), used_memory (Redis), table and index (PostgreSQL).',
        'Each look-up is by a new string that has no hash yet, as a token brings one; "hit" was added, "miss" was not. Redis and PostgreSQL: one at a time, awaited, over loopback.',
        'Ours has the cut-offs of the last hour in its generations; "all at once": in one, as after a revocation of many. Both are given entries, a hundred at a time, as from a snapshot whose parts were verified and decoded; making them is not in "load".',
        'Pause: the longest time that 100 entries took (SQLite, Redis, PostgreSQL: 5000 in one go), whatever interrupted it included. Longer ones with Map, Set and lru-cache are their tables growing.',
        'A Set and a Bloom filter know no position: a token that was issued after the cut-off is refused as well.',
      ],
    }
  },
}
