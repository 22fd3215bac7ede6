import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainHash, type LogEntry, ORIGIN, ORIGIN_HASH, type Position } from 'countersign/revocation'
import type { Store } from '../store.ts'

/** Opens an empty store with `CUTOFF_LIFE_MS` whose clock stands at `NOW`. */
export type OpenStore = () => Promise<Store>

export type Promised = (title: string, body: (store: Store) => Promise<void>) => void

/** Registers promises of one store: each gets a fresh one, closed afterwards. */
export function promises(name: string, open: OpenStore): Promised {
  return (title, body) => {
    test(`${name}: ${title}`, async () => {
      const store = await open()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }
}

/** The entries after a position, which must not be forgotten. */
export async function entriesAfter(store: Store, position: Position): Promise<readonly LogEntry[]> {
  const entries = await store.log.entriesAfter(position, 1_000_000)
  assert.notEqual(entries, 'forgotten')
  return entries === 'forgotten' ? [] : entries
}

/** What a change appends, as `kind target mode`. */
export async function appendedBy(store: Store, change: () => Promise<unknown>): Promise<readonly string[]> {
  const { position } = await store.log.head()
  await change()
  return (await entriesAfter(store, position)).map(({ kind, target, mode }) => `${kind} ${target.kind}:${target.id} ${mode}`)
}

/** Recomputes the whole chain, from the beginning to the head. */
export async function assertChainHolds(store: Store): Promise<readonly LogEntry[]> {
  const entries = await entriesAfter(store, ORIGIN)
  let last = { position: ORIGIN, hash: ORIGIN_HASH }
  for (const entry of entries) {
    assert.equal(entry.position, last.position + 1, 'positions have no gap')
    assert.equal(
      entry.hash,
      chainHash(last.hash, entry.position, entry.at, entry),
      `entry ${entry.position} is chained to the one before it`,
    )
    last = { position: entry.position, hash: entry.hash }
  }
  assert.deepEqual(await store.log.head(), last)
  return entries
}

/** Calls `ask` so many times at once and counts the answers. */
export async function askAtOnce<T extends string | boolean>(
  times: number,
  ask: (index: number) => Promise<T>,
): Promise<ReadonlyMap<T, number>> {
  const answers = await Promise.all(Array.from({ length: times }, (_, index) => ask(index)))
  const counts = new Map<T, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return counts
}
