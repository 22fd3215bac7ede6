import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { GenerationCutoffIndex, type LogEntry } from 'countersign/revocation'
import { TemporaryFolder } from '../harness/folder.ts'
import { importPeer } from '../harness/install.ts'
import type { LookUpTable } from './look-up-table.ts'

/** Some revocations live as long as the longest token. */
const LIFE_MS = 3_605_000
const PART = 1000
const done = async (): Promise<void> => {}

/** Ours. `spreadMs`: over how long a time the cut-offs came in; over a whole life they are in as many generations as there can be. */
export function countersignIndex(spreadMs: number, total: number): LookUpTable {
  const index = new GenerationCutoffIndex()
  const entry = (id: string, position: number): LogEntry => {
    const at = 1_800_000_000_000 + Math.floor((position / total) * spreadMs)
    return { kind: 'cutoff', target: { kind: 'session', id }, mode: 'hard', position, at, expiresAt: at + LIFE_MS, hash: '' }
  }
  return {
    adding: (ids, position) => {
      const entries = ids.map((id, at) => entry(id, position + at))
      return () => {
        // As a replica foresees it by the positions of a snapshot's parts, of which each has a thousand.
        if (position % PART === 1) index.expect(total - position)
        index.applyAll(entries)
      }
    },
    count: (ids) => {
      let found = 0
      for (const id of ids) if (index.newest('session', id) > 0) found++
      return found
    },
    bytes: () => index.bytes,
    [Symbol.asyncDispose]: done,
  }
}

interface Mapping {
  set(id: string, position: number): unknown
  get(id: string): number | undefined
}

const mapping = (map: Mapping): LookUpTable => ({
  adding: (ids, position) => () => {
    for (let at = 0; at < ids.length; at++) map.set(ids[at] as string, position + at)
  },
  count: (ids) => {
    let found = 0
    for (const id of ids) if (map.get(id) !== undefined) found++
    return found
  },
  [Symbol.asyncDispose]: done,
})

export const nativeMap = (): LookUpTable => mapping(new Map<string, number>())

export async function lruCache(total: number): Promise<LookUpTable> {
  const { LRUCache } = await importPeer<{ LRUCache: new (options: { max: number }) => Mapping }>('lru-cache')
  return mapping(new LRUCache({ max: total }))
}

interface Membership {
  add(id: string): unknown
  has(id: string): boolean
}

const membership = (set: Membership): LookUpTable => ({
  adding: (ids) => () => {
    for (const id of ids) set.add(id)
  },
  count: (ids) => {
    let found = 0
    for (const id of ids) if (set.has(id)) found++
    return found
  },
  [Symbol.asyncDispose]: done,
})

export const nativeSet = (): LookUpTable => membership(new Set<string>())

/** One false denial in a thousand look-ups: what its users put up with to keep it small. */
const FALSE_POSITIVES = 0.001

export async function bloomFilter(total: number): Promise<LookUpTable> {
  const { BloomFilter } = await importPeer<{ BloomFilter: { create(items: number, errorRate: number): Membership } }>('bloom-filters')
  return membership(BloomFilter.create(total, FALSE_POSITIVES))
}

/** node:sqlite on a file, in WAL mode, the id as the primary key of a table without row numbers. */
export function sqlite(): LookUpTable {
  const folder = new TemporaryFolder()
  const path = `${folder.path}/cutoffs.db`
  const database = new DatabaseSync(path)
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA cache_size = -65536; CREATE TABLE cutoff (id TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID',
  )
  const insert = database.prepare('INSERT INTO cutoff (id, position) VALUES (?, ?)')
  const select = database.prepare('SELECT position FROM cutoff WHERE id = ?')
  return {
    elsewhere: true,
    adding: (ids, position) => () => {
      database.exec('BEGIN')
      for (let at = 0; at < ids.length; at++) insert.run(ids[at] as string, position + at)
      database.exec('COMMIT')
    },
    count: (ids) => {
      let found = 0
      for (const id of ids) if (select.get(id) !== undefined) found++
      return found
    },
    bytes: () => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      return statSync(path).size
    },
    [Symbol.asyncDispose]: async () => {
      database.close()
      folder[Symbol.dispose]()
    },
  }
}
