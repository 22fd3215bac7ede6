import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { LogEntry } from 'countersign/revocation'
import { assertChainHolds } from '../../packages/server/src/store/contract/suite.ts'
import { openSqliteStore, type Store, StoreLockedError } from '../../packages/server/src/store/index.ts'
import { type Acknowledged, seeded } from './sqlite-writer.ts'

const KILLS = 20
const LONGEST_RUN_MS = 120
/** Acknowledgements of each run, at least. */
const LEAST_DONE = 20
const NEWLINE = 10
const SEED = Number(process.env['FAULT_SEED'] ?? 20_261_121)

const folder = mkdtempSync(join(tmpdir(), 'countersign-crash-'))
after(() => rmSync(folder, { recursive: true }))

const open = (path: string): Promise<Store> => openSqliteStore({ path, cutoffLifeMs: 305_000 })

function startWriter(path: string, seed: number, run: string): ChildProcess {
  const script = join(import.meta.dirname, 'sqlite-writer.ts')
  return spawn(process.execPath, ['--conditions=source', script, path, String(seed), run], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/**
 * Kills the writer so many milliseconds after its first acknowledgement, or on a busy machine a little later: when it has done something.
 *
 * @returns all that it acknowledged.
 */
async function runAndKill(path: string, seed: number, run: string, afterMs: number): Promise<readonly Acknowledged[]> {
  const writer = startWriter(path, seed, run)
  const chunks: Buffer[] = []
  let isDue = false
  let lineCount = 0
  const killIfDue = (): void => {
    if (isDue && lineCount > LEAST_DONE) writer.kill('SIGKILL')
  }
  const setDue = (): void => {
    isDue = true
    killIfDue()
  }
  writer.stdout?.on('data', (chunk: Buffer) => {
    if (chunks.length === 0) setTimeout(setDue, afterMs)
    chunks.push(chunk)
    lineCount += chunk.filter((byte) => byte === NEWLINE).length
    killIfDue()
  })
  const [, signal] = await once(writer, 'close')
  assert.equal(signal, 'SIGKILL', 'the writer must not end by itself')
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  // The last piece is empty or a line that the kill has cut.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Acknowledged)
}

/** Everything that was acknowledged is there, and what ended has stayed ended. */
async function assertKept(store: Store, facts: readonly Acknowledged[], entries: readonly LogEntry[]): Promise<void> {
  const cutSessions = new Set(entries.filter(({ target }) => target.kind === 'session').map(({ target }) => target.id))
  const hashes = new Map(entries.map(({ position, hash }) => [position, hash]))
  for (const fact of newestOf(facts)) {
    if ('user' in fact) assert.notEqual(await store.users.find(fact.user), undefined, fact.user)
    else if ('position' in fact) assert.equal(hashes.get(fact.position), fact.hash, `entry ${fact.position}`)
    else if ('claimed' in fact) assert.equal(await store.replay.claim('nonce', fact.claimed, Number.MAX_SAFE_INTEGER), false, fact.claimed)
    else if ('passwordOf' in fact) assertReached((await store.users.findPassword(fact.passwordOf))?.generation, fact.generation)
    else if ('ended' in fact) {
      assert.equal(await store.sessions.find(fact.ended), undefined, `${fact.ended} lives again`)
      assert.ok(cutSessions.has(fact.ended), `${fact.ended} has no cut-off`)
    } else {
      const id = 'opened' in fact ? fact.opened : fact.rotated
      const session = await store.sessions.find(id)
      // Gone only by an end that was under way, and then with its cut-off.
      if (session === undefined) assert.ok(cutSessions.has(id), `${id} is lost`)
      else if ('rotated' in fact) assertReached(session.generation, fact.generation)
    }
  }
}

/** The acknowledged generation, or the next one where the kill fell between commit and acknowledgement. */
function assertReached(stored: number | undefined, acknowledged: number): void {
  assert.ok(stored === acknowledged || stored === acknowledged + 1, `generation ${stored}, acknowledged ${acknowledged}`)
}

/** Of the facts that replace each other only the last. */
function newestOf(facts: readonly Acknowledged[]): readonly Acknowledged[] {
  const newest = new Map<string, Acknowledged>()
  for (const fact of facts) {
    const key = 'rotated' in fact ? `rotated ${fact.rotated}` : 'passwordOf' in fact ? `password ${fact.passwordOf}` : JSON.stringify(fact)
    newest.set(key, fact)
  }
  return [...newest.values()]
}

test(`[I01] [I02] [I03] after ${KILLS} times kill -9 everything acknowledged is there and nothing that ended lives (FAULT_SEED=${SEED})`, async () => {
  const path = join(folder, 'killed.db')
  const chance = seeded(SEED)
  const facts: Acknowledged[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await runAndKill(path, SEED + kill, `run${kill}`, chance() * LONGEST_RUN_MS)
    assert.ok(acknowledged.length > 0)
    facts.push(...acknowledged)
    const store = await open(path)
    const entries = await assertChainHolds(store)
    await assertKept(store, acknowledged, entries)
    if (kill === KILLS - 1) await assertKept(store, facts, entries)
    await store.close()
  }
  assert.ok(facts.length > KILLS * LEAST_DONE, `${facts.length} acknowledgements`)
})

test('[I01] while a process writes another is refused, and after kill -9 it is let in', async () => {
  const path = join(folder, 'locked.db')
  const writer = startWriter(path, SEED, 'lock')
  await once(writer.stdout ?? writer, 'data')
  writer.stdout?.resume()
  await assert.rejects(open(path), StoreLockedError)
  writer.kill('SIGKILL')
  await once(writer, 'close')
  const store = await open(path)
  await assertChainHolds(store)
  await store.close()
})
