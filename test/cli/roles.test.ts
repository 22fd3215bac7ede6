import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign roles', () => {
  const cli = new CliFolder({ COUNTERSIGN_ROLE_SCOPES: '{"clerk":["invoices:read"]}' })
  after(() => cli[Symbol.dispose]())
  const here = (words: readonly string[]) => runHere(words, cli.environment)

  test('[D04] what roles bring is said, listed and taken back; those of the configuration are left alone', async () => {
    const set = await here(['roles', 'set', 'team:lead', '--scope', 'orders:write', '--scope', 'orders:read'])
    assert.deepEqual([set.code, set.out.trim()], [0, 'team:lead brings orders:read orders:write. Tokens of before are dead.'], set.err)
    const list = JSON.parse((await here(['roles', 'list', '--json'])).out) as readonly Record<string, unknown>[]
    assert.deepEqual(
      list.map(({ name, scope, source }) => [name, scope, source]),
      [
        ['clerk', ['invoices:read'], 'configuration'],
        ['team:lead', ['orders:read', 'orders:write'], 'database'],
      ],
    )
    assert.equal((await here(['roles', 'remove', 'team:lead'])).code, 0)
    assert.equal((await here(['roles', 'remove', 'team:lead'])).code, 1)
    const rest = await here(['roles', 'list'])
    assert.match(rest.err, /orders:read orders:write/)
    assert.equal((await here(['roles', 'release', 'orders:write'])).code, 0)
    assert.equal((await here(['roles', 'release', 'invoices:read'])).code, 1)
    const configured = await here(['roles', 'set', 'clerk', '--none'])
    assert.deepEqual([configured.code, /configuration of the server/.test(configured.err)], [1, true], configured.err)
    for (const words of [['staff'], ['staff', '--none', '--scope', 'a']]) {
      assert.equal((await here(['roles', 'set', ...words])).code, 2, words.join(' '))
    }
  })
})
