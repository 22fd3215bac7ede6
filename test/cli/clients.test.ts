import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign clients', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const here = (words: readonly string[]) => runHere(words, cli.environment)

  test('[D08] clients are made by what they are for, listed, given new secrets, disabled and removed', async () => {
    const made = await here(['clients', 'create', '--name', 'Orders', '--redirect', 'https://orders.example/cb', '--scope', 'orders:read'])
    assert.equal(made.code, 0, made.err)
    const [, id = '', secret = ''] = /^(cli_\S+)\n(cs_cli_\S+)\n?$/.exec(made.out) ?? assert.fail(made.out)
    assert.doesNotMatch(made.err, /cs_cli_/)
    const logout = 'https://app.example/logout'
    const native = await here([
      'clients',
      'create',
      '--name',
      'App',
      '--native',
      '--redirect',
      'com.example.app:/cb',
      '--logout-uri',
      logout,
      '--json',
    ])
    const app = JSON.parse(native.out)
    assert.deepEqual([app.secret, app.backchannel_logout_uri], [undefined, logout])
    assert.deepEqual(JSON.parse((await here(['clients', 'deliveries', app.id, '--json'])).out), [])
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
  test('[D08] an operator lets clients register by themselves, takes that back, and changes a client', async () => {
    const invited = await here(['clients', 'invite', '--uses', '3', '--kind', 'native', '--scope', 'orders:read', '--device'])
    assert.match(invited.out, /^cs_iat_\S+\n$/, invited.err)
    assert.match(invited.err, /initial access token of inv_\S+, good until 20/)
    const list = await here(['clients', 'invitations', '--json'])
    assert.doesNotMatch(list.out, /cs_iat_/)
    const [{ id, kinds, scopes, uses_left: left, grant_types: grants }] = JSON.parse(list.out)
    assert.deepEqual([kinds, scopes, left, grants.length], [['native'], ['orders:read'], 3, 3])
    assert.match((await here(['clients', 'invitations'])).out, /device_code/)
    assert.equal((await here(['clients', 'uninvite', id])).code, 0)
    assert.equal((await here(['clients', 'uninvite', id])).code, 1)
    const words = ['--redirect', 'https://orders.example/cb', '--scope', 'orders:read', '--policy', 'https://orders.example/policy']
    const made = JSON.parse((await here(['clients', 'create', '--name', 'Orders', '--dpop', '--push', ...words, '--json'])).out)
    assert.deepEqual([made.requires_dpop, made.requires_pushed_requests, made.requires_signed_requests], [true, true, false])
    assert.deepEqual([made.policy_uri, made.verified], ['https://orders.example/policy', true])
    const update = (...change: string[]) => here(['clients', 'update', made.id, ...change, '--json'])
    const changed = JSON.parse((await update('--name', 'Harbour', '--without-scopes', '--terms', 'https://harbour.example/terms')).out)
    assert.deepEqual(
      [changed.name, changed.scopes, changed.tos_uri, changed.redirect_uris],
      ['Harbour', [], 'https://harbour.example/terms', ['https://orders.example/cb']],
    )
    assert.equal((await update('--verified')).code, 1)
    assert.equal((await update()).code, 2)
    assert.equal((await here(['clients', 'invite', '--uses', 'many'])).code, 2)
  })
})
