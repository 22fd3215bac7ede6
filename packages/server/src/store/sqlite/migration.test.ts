import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from 'countersign/core'
import { chain, ORIGIN_HASH } from 'countersign/revocation'
import { migrate } from './migration.ts'
import { migrations } from './schema.ts'
import { openSqliteStore } from './store.ts'

const NOW = 1_800_000_000_000

test('a database of the first schema is brought forward with all that is in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-migration-'))
  const path = join(folder, 'old.db')
  try {
    const old = new DatabaseSync(path)
    migrate(old, migrations.slice(0, 1), NOW)
    const target = { kind: 'user', id: 'usr_a' } as const
    const draft = { kind: 'cutoff', target, mode: 'hard', expiresAt: NOW + 1000 } as const
    const entry = chain({ position: 0, hash: ORIGIN_HASH }, NOW, draft)
    old
      .prepare('INSERT INTO log_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(1, NOW, 'cutoff', 'user', 'usr_a', 'hard', NOW + 1000, entry.hash)
    old.prepare('UPDATE log_head SET position = 1, hash = ?').run(entry.hash)
    old.close()

    const store = await openSqliteStore({ path, clock: new ManualClock(NOW), cutoffLifeMs: 1000 })
    assert.deepEqual(await store.log.entriesAfter(0, 10), [entry])
    const { hash: _, ...placed } = entry
    assert.deepEqual(await store.events.after(0, 10), [{ entry: placed, cause: {} }])
    await store.log.revoke({ target, mode: 'hard', at: NOW, reason: 'r' })
    assert.equal((await store.log.head()).position, 2)
    await store.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
