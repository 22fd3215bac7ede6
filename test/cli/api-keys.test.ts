import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

const PASSWORD = 'correct horse battery'

suite('countersign api-keys', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())

  const keyOf = (out: string): string => /^cs_(?:live|test)_\S{72}$/m.exec(out)?.[0] ?? assert.fail('there is no key')

  test('[E01] [E04] a key is made, listed, inspected, replaced and removed on the command line, and shown once', async () => {
    assert.equal((await cli.run(['users', 'create', '--email', 'ci@example.com', '--password-stdin', '--role', 'staff'], PASSWORD)).code, 0)
    const options = [
      '--role',
      'staff',
      '--tag',
      'nightly',
      '--rate',
      '100/60',
      '--address',
      '192.0.2.0/24',
      '--expires',
      '2099-01-01T00:00:00Z',
    ]
    const made = await cli.run(['api-keys', 'create', '--name', 'nightly', '--user', 'ci@example.com', ...options])
    assert.equal(made.code, 0, made.err)
    const key = keyOf(made.out)
    const id = `key_${key.slice('cs_live_'.length, 'cs_live_'.length + 22)}`
    assert.ok(made.err.includes(id) && !made.err.includes(key))
    const list = await cli.run(['api-keys', 'list', '--json'])
    const [record] = JSON.parse(list.out) as readonly Record<string, unknown>[]
    assert.deepEqual(
      [record?.['id'], record?.['roles'], record?.['tags'], record?.['rate_limit'], record?.['addresses'], record?.['environment']],
      [id, ['staff'], ['nightly'], { requests: 100, seconds: 60 }, ['192.0.2.0/24'], 'live'],
    )
    const found = await cli.run(['api-keys', 'inspect', '--json'], `${key}\n`)
    assert.deepEqual(JSON.parse(found.out), record)
    const mistyped = await cli.run(['api-keys', 'inspect'], `${key}x`)
    assert.equal(mistyped.code, 1)
    assert.ok(!`${mistyped.out}${mistyped.err}`.includes(key))
    const rotated = await cli.run(['api-keys', 'rotate', id, '--overlap', '60'])
    assert.notEqual(keyOf(rotated.out), key)
    const removed = await cli.run(['api-keys', 'remove', id])
    assert.match(removed.out, /Removed key_/)
    assert.equal((await cli.run(['api-keys', 'inspect', id])).code, 1)
    assert.ok(![list, found, removed].some(({ out, err }) => `${out}${err}`.includes(key.slice(31))))
  })

  test('[E01] a wrong call says what was meant, and never takes a key as an argument', async () => {
    const cases: ReadonlyArray<readonly [readonly string[], RegExp]> = [
      [['api-keys', 'create', '--name', 'x', '--rate', 'often'], /requests and seconds/],
      [['api-keys', 'rotate', 'key_x', '--overlap', 'long'], /number of seconds/],
      [['api-keys', 'inspect', `cs_live_${'A'.repeat(72)}`], /goes to standard input/],
    ]
    for (const [words, said] of cases) {
      const { code, err } = await runHere(words)
      assert.equal(code, 2, err)
      assert.match(err, said)
    }
  })
})
