import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemPlatform } from 'countersign/core'
import { createSseFeed, fetchDiscovery } from 'countersign/feed'
import { chain, type LogHead, Replica } from 'countersign/revocation'
import { PATIENCE_MS } from './patience.ts'
import { ServerWorld } from './server-world.ts'

const LIFE_MS = 3_665_000

/** Appends cut-offs to the log of a server that does not run, as it would have done. @returns where the log ends. */
function append(folder: string, ids: readonly string[]): number {
  const database = new DatabaseSync(join(folder, 'data', 'countersign.db'))
  // The columns that are named.
  let head = database.prepare('SELECT position, hash FROM log_head').get() as unknown as LogHead
  const insert = database.prepare(
    'INSERT INTO log_entry (position, at, kind, target_kind, target_id, mode, expires_at, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const at = systemPlatform.clock.now()
  database.exec('BEGIN')
  for (const id of ids) {
    const entry = chain(head, at, { kind: 'cutoff', target: { kind: 'token', id }, mode: 'soft', expiresAt: at + LIFE_MS })
    insert.run(entry.position, at, entry.kind, entry.target.kind, id, entry.mode, entry.expiresAt, entry.hash)
    head = entry
  }
  database.prepare('UPDATE log_head SET position = ?, hash = ?').run(head.position, head.hash)
  database.exec('COMMIT')
  database.close()
  return head.position
}

test('[B12] [B30] a verifier that starts with 200,000 cut-offs in the log loads them all, and follows what comes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-snapshot-'))
  await (await ServerWorld.openIn(folder)).stop()
  const ids = Array.from({ length: 200_000 }, (_, index) => `tok_${index}`)
  const position = append(folder, ids)
  await using world = await ServerWorld.openIn(folder)
  const { credential } = await world.service()
  const { feedUrl, feedSnapshotUrl: snapshotUrl, feedKeys } = await fetchDiscovery(world.url, ['ES256'], systemPlatform)
  const { clock } = systemPlatform
  const replica = new Replica({ issuer: world.url, clock, keys: () => feedKeys.keys, algorithms: ['ES256'] })
  const feed = createSseFeed({ feedUrl, snapshotUrl, credential, platform: systemPlatform })
  const troubles: string[] = []
  try {
    feed.start(replica, { unknownKey: () => undefined, trouble: (reason) => void troubles.push(reason) })
    assert.equal(await replica.waitFor(position, 100_000), true, troubles.join())
    assert.ok(replica.size >= ids.length, `${replica.size} of ${ids.length}`)
    const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_x' } })
    assert.equal(await replica.waitFor(body.position, PATIENCE_MS), true)
  } finally {
    feed.close()
    replica.close()
  }
})
