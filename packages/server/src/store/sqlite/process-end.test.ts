import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteStore } from './store.ts'

const store = new URL('./store.ts', import.meta.url).href

/** A process that opens the database, revokes, and ends in its own way without closing. */
function endWithoutClosing(path: string, ending: string): void {
  const script = `
    import { openSqliteStore } from ${JSON.stringify(store)}
    const store = await openSqliteStore({ path: ${JSON.stringify(path)}, cutoffLifeMs: 60_000 })
    await store.log.revoke({ target: { kind: 'user', id: 'usr_1' }, mode: 'soft', at: 1 })
    console.log('revoked')
    ${ending}`
  const child = spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], { encoding: 'utf8' })
  assert.match(child.stdout, /revoked/, child.stderr)
}

const endings: ReadonlyArray<readonly [name: string, code: string]> = [
  ['comes to its end', ''],
  ['waits for what never comes', 'await new Promise(() => {})'],
  ['calls process.exit', 'process.exit(0)'],
  ['throws', "throw new Error('x')"],
  ['is killed', "process.kill(process.pid, 'SIGKILL')"],
  ['exits inside a unit of work', "void store.log.revoke({ target: { kind: 'user', id: 'usr_2' }, mode: 'soft', at: 2 }); process.exit(0)"],
]

for (const [name, ending] of endings) {
  test(`[I02] a process that ${name} without closing loses nothing, and the next one opens the database`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cs-end-'))
    try {
      const path = join(folder, 'countersign.db')
      endWithoutClosing(path, ending)
      const reopened = await openSqliteStore({ path, cutoffLifeMs: 60_000 })
      assert.equal((await reopened.log.head()).position, 1)
      await reopened.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}
