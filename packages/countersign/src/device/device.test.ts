import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { sha256 } from '../crypto/index.ts'
import { fileSha256 } from './file-digest.ts'
import { leafFolder } from './leaf-folder.ts'

async function folder(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-leaves-'))
  context.after(() => rm(path, { recursive: true }))
  return path
}

test('[A16] leaves are handed out from 0, and a restart goes on behind the last one', async (context) => {
  const path = join(await folder(context), 'device', 'leaves')
  const first = leafFolder(path)
  assert.deepEqual([await first.take(), await first.take()], [0, 1])
  const restarted = leafFolder(path)
  assert.equal(await restarted.take(), 2)
  assert.deepEqual((await readdir(path)).toSorted(), ['leaf-0', 'leaf-1', 'leaf-2'])
})

test('[A16] several that share a folder never hand out a leaf twice', async (context) => {
  const path = await folder(context)
  const counters = [leafFolder(path), leafFolder(path), leafFolder(path)]
  const taken = await Promise.all(Array.from({ length: 60 }, (_, index) => (counters[index % 3] as (typeof counters)[number]).take()))
  assert.equal(new Set(taken).size, 60)
})

test('a leaf whose folder cannot be written is not handed out', async (context) => {
  const path = join(await folder(context), 'file')
  await writeFile(path, '')
  await assert.rejects(leafFolder(path).take())
})

test('the digest of a file is that of its bytes', async (context) => {
  const path = join(await folder(context), 'build.bin')
  const bytes = Buffer.alloc(200_000, 'build')
  await writeFile(path, bytes)
  assert.deepEqual(Buffer.from(await fileSha256(path)), Buffer.from(sha256(bytes)))
})
