import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign clients', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const here = (words: readonly string[]) => runHere(words, cli.environment)

  test('[D08] clients are made by what they are for, listed, given new secrets, disabled and removed', { timeout: 90_000 }, async () => {
    const made = await here(['clients', 'create', '--name', 'Orders', '--redirect', 'https://orders.example/cb', '--scope', 'orders:read'])
    assert.equal(made.code, 0, made.err)
    const [, id = '', secret = ''] = /^(cli_\S+)\n(cs_cli_\S+)\n?$/.exec(made.out) ?? assert.fail(made.out)
    assert.doesNotMatch(made.err, /cs_cli_/)
    const native = await here(['clients', 'create', '--name', 'App', '--native', '--redirect', 'com.example.app:/cb', '--json'])
    assert.equal(JSON.parse(native.out).secret, undefined)
    const list = await here(['clients', 'list', '--json'])
    const clients = JSON.parse(list.out) as readonly {
      readonly name: string
      readonly kind: string
      readonly grant_types: readonly string[]
    }[]
    assert.deepEqual(
      clients.map(({ name, kind, grant_types }) => [name, kind, grant_types]),
      [
        ['Orders', 'confidential', ['authorization_code', 'refresh_token']],
        ['App', 'native', ['authorization_code', 'refresh_token']],
      ],
    )
    assert.doesNotMatch(list.out, /cs_cli_/)
    const rotated = await here(['clients', 'rotate', id])
    assert.match(rotated.out, /^cs_cli_\S+\n?$/)
    assert.notEqual(rotated.out.trim(), secret)
    assert.equal((await here(['clients', 'disable', id])).code, 0)
    assert.match((await here(['clients', 'list'])).out, /disabled/)
    assert.equal((await here(['clients', 'remove', id])).code, 0)
    assert.equal((await here(['clients', 'remove', id])).code, 1)
    for (const wrong of [
      ['--machine', '--redirect', 'https://orders.example/cb'],
      [],
      ['--public', '--native', '--redirect', 'https://a.example/'],
    ]) {
      assert.equal((await here(['clients', 'create', '--name', 'Wrong', ...wrong])).code, 2, wrong.join(' '))
    }
  })
})
