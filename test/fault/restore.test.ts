// F51: yesterday's backup is put back. Nothing that was revoked or issued since is forgiven, not even when it is put back twice.
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { CliFolder } from '../cli/cli-process.ts'

const email = 'ada@restore.example'
const password = 'a-long-walk-on-the-beach'

interface SignedIn {
  readonly access_token: string
  readonly refresh_token: string
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

async function signIn(url: string): Promise<SignedIn> {
  const response = await post(`${url}/v1/sessions`, { email, password })
  assert.equal(response.status, 201)
  return (await response.json()) as SignedIn
}

const meStatus = async (url: string, { access_token }: SignedIn): Promise<number> =>
  (await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })).status

const refreshStatus = async (url: string, { refresh_token }: SignedIn): Promise<number> =>
  (await post(`${url}/v1/sessions/refresh`, { refresh_token })).status

suite('a backup', () => {
  test('[B30] [I19] is refused as a database, and restored it forgives nothing, once or twice', async () => {
    using cli = new CliFolder()
    const backup = join(cli.folder, 'backup.db')
    const database = join(cli.folder, 'data', 'countersign.db')
    const restore = async (): Promise<number> => {
      const { code, out, err } = await cli.run(['restore', '--from', backup, '--json'])
      assert.equal(code, 0, err)
      return (JSON.parse(out) as { position: number }).position
    }
    assert.equal((await cli.run(['users', 'create', '--email', email, '--password-stdin'], password)).code, 0)

    const before = await cli.serve()
    const stolen = await signIn(before.url)
    copyFileSync(database, backup)
    assert.equal((await cli.run(['revoke', 'user', (await meOf(before.url, stolen)).id])).code, 0)
    const later = await signIn(before.url)
    const refused = await cli.run(['restore', '--from', backup])
    assert.equal(refused.code, 1)
    assert.match(refused.err, /in use by another Countersign process/)
    await before.stop()

    const first = await restore()
    const restored = await cli.serve()
    assert.deepEqual([await meStatus(restored.url, stolen), await refreshStatus(restored.url, stolen)], [401, 401], 'revoked stays dead')
    assert.deepEqual(
      [await meStatus(restored.url, later), await refreshStatus(restored.url, later)],
      [401, 401],
      'issued since is dead too',
    )
    const fresh = await signIn(restored.url)
    assert.equal(await meStatus(restored.url, fresh), 200)
    await restored.stop()

    const twice = await cli.run(['restore', '--from', backup])
    assert.equal(twice.code, 1)
    assert.match(twice.err, /is there already, from a restore before this one/)
    using elsewhere = new CliFolder({ ...cli.environment, COUNTERSIGN_DATABASE: `sqlite:${join(cli.folder, 'second', 'countersign.db')}` })
    const { code, out, err } = await elsewhere.run(['restore', '--from', backup, '--json'])
    assert.equal(code, 0, err)
    assert.ok((JSON.parse(out) as { position: number }).position > first, 'the second epoch begins behind the first')
    await using again = await elsewhere.serve()
    assert.equal(await meStatus(again.url, fresh), 401, 'what the first restored life issued is dead in the second')
  })
})

async function meOf(url: string, { access_token }: SignedIn): Promise<{ readonly id: string }> {
  const response = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
  return ((await response.json()) as { user: { id: string } }).user
}
