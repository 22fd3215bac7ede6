import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { command } from '../../tool/command.ts'

/** Without the mark of the runner that this test itself runs in: a nested runner would do nothing. */
const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
const run = (...args: readonly string[]): ReturnType<typeof command> => command(process.execPath, ['tool/run.mjs', ...args], { env })

suite('npm test', () => {
  let folder = ''
  const file = (name: string): string => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-run-'))
    await writeFile(file('good.test.mjs'), "import { test } from 'node:test'\ntest('holds', () => {})\n")
    await writeFile(
      file('bad.test.mjs'),
      "import { test } from 'node:test'\ntest('holds', () => {})\ntest('breaks', () => { throw new Error('it broke') })\n",
    )
    await writeFile(file('empty.test.mjs'), '')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('prints what ran and succeeds', async () => {
    const { code, stdout } = await run('test', file('good.test.mjs'))
    assert.equal(code, 0)
    assert.match(stdout, /tests 1\n[\s\S]*pass 1\n[\s\S]*fail 0\n/)
  })

  test('prints a failure with its message and fails', async () => {
    const { code, stdout } = await run('test', file('bad.test.mjs'))
    assert.equal(code, 1)
    assert.match(stdout, /✖ breaks[\s\S]*it broke[\s\S]*tests 2\n[\s\S]*fail 1\n/)
  })

  test('fails when no file matches', async () => {
    assert.equal((await run('test', file('absent-*.test.mjs'))).code, 1)
  })

  test('fails when no title matches', async () => {
    assert.equal((await run('test', '--test-name-pattern', 'no such title', file('good.test.mjs'))).code, 1)
  })
})

test('a command that is not there is refused with the list of those that are', async () => {
  const { code, stdout, output } = await run('bild')
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(output, /serve\|countersign\|demo\|bench\|test\|build\|check/)
})
