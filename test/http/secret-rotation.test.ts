import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { systemRandom } from 'countersign/core'
import { newMasterSecret } from '../../packages/server/src/signing/index.ts'
import { AuthenticatorApp } from './authenticator-app.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const [old, fresh] = [newMasterSecret(systemRandom), newMasterSecret(systemRandom)]

suite('the rotation of the master secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-secret-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const open = (secret: string): Promise<ServerWorld> => ServerWorld.openIn(folder, { secret, issuer: 'https://auth.example' })
  const stateOf = async (world: ServerWorld) => (await world.local('GET', '/v1/secrets')).body

  test('[G05] a new secret in front signs nobody out, moves all that is sealed, and says when the old one may go', async () => {
    const before = await open(old)
    const mira = await before.person()
    const key = await before.ask('POST', '/v1/api-keys', { token: mira.access_token, body: { name: 'ci' } })
    const made = await before.ask('POST', '/v1/access-keys', { token: mira.access_token, body: { name: 'script' } })
    assert.deepEqual([key.status, made.status], [201, 201], made.text)
    const endpoint = await before.local('POST', '/v1/webhook-endpoints', { url: 'https://hooks.example/in' })
    assert.equal(endpoint.status, 201, endpoint.text)
    const enrolment = await before.ask('POST', '/v1/me/factors/totp', { token: mira.access_token, body: { password: PASSWORD } })
    const app = new AuthenticatorApp(enrolment.body.otpauth_uri)
    const person = await before.person()
    const first = await stateOf(before)
    assert.deepEqual([first.secrets.length, first.lost], [1, {}])
    const { sealed } = first.secrets[0]
    assert.deepEqual(sealed, { ...sealed, authenticator_apps: 1, access_keys: 1, api_keys: 1, api_key_mark: 1, webhook_endpoints: 1 })
    assert.ok(sealed.signing_keys >= 4)
    await before.stop()

    const during = await open(`${fresh},${old}`)
    assert.equal(await during.verdictOn(person.access_token), '200')
    const rested = await stateOf(during)
    assert.deepEqual(rested.secrets[1].sealed, sealed)
    assert.deepEqual([rested.secrets[0].sealed, rested.secrets[1].made.sessions, rested.secrets[1].may_go], [{}, 2, false])
    assert.equal(rested.secrets[1].id, first.secrets[0].id)
    const { body } = await during.local('POST', '/v1/secrets/reseal')
    assert.deepEqual(
      Object.values(body.kinds).map((kind) => (kind as { lost: number }).lost),
      Object.keys(body.kinds).map(() => 0),
    )
    const moved = await stateOf(during)
    assert.deepEqual([moved.secrets[0].sealed, moved.secrets[1].sealed, moved.secrets[1].may_go], [sealed, {}, false])
    const again = (await during.local('POST', '/v1/secrets/reseal')).body.kinds
    assert.ok(Object.values(again).every((kind) => (kind as { resealed: number }).resealed === 0))
    // Their next refresh moves sessions.
    const refreshed = [await during.refresh(mira.refresh_token), await during.refresh(person.refresh_token)]
    const free = await stateOf(during)
    assert.deepEqual([free.secrets[0].made, free.secrets[1].made, free.secrets[1].may_go], [{ sessions: 2 }, {}, true])
    await during.stop()

    const alone = await open(fresh)
    try {
      assert.deepEqual((await stateOf(alone)).lost, {})
      assert.equal(await alone.verdictOn(refreshed[1]?.access_token ?? ''), '200')
      assert.equal(await alone.refreshVerdictOn(refreshed[0]?.refresh_token ?? ''), '200')
      assert.equal(await alone.verdictOn(key.body.key), '200')
      const token = (await alone.signIn(mira.email)).access_token
      const confirmed = await alone.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })
      assert.equal(confirmed.status, 200, confirmed.text)
    } finally {
      await alone.stop()
    }
  })

  test('[G05] what no secret of the list opens is counted, and neither secrets nor keys of them are told', async () => {
    const world = await open(`${fresh},${newMasterSecret(systemRandom)}`)
    try {
      const { text, body } = await world.local('GET', '/v1/secrets')
      assert.ok(!text.includes(fresh.slice(10, 30)))
      assert.equal(body.secrets.length, 2)
      assert.deepEqual(body.secrets[1], { ...body.secrets[1], sealed: {}, made: {}, may_go: true })
      assert.equal((await world.ask('GET', '/v1/secrets')).status, 401)
      assert.equal((await world.ask('POST', '/v1/secrets/reseal')).status, 401)
    } finally {
      await world.stop()
    }
  })
})
