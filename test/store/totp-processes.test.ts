// Two server processes on one PostgreSQL, and one code of an authenticator app.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { CrashingServer, type Reply } from '../fault/crashing-server.ts'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { PASSWORD } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

suite('an authenticator app before two server processes', () => {
  let postgres: PostgresServer
  let one: CrashingServer
  let other: CrashingServer

  before(async () => {
    postgres = await startPostgres()
    const environment = {
      COUNTERSIGN_DATABASE: await postgres.createDatabase(),
      COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
      COUNTERSIGN_ISSUER: 'https://auth.fleet.example',
      // What stops guesses is not the matter here.
      COUNTERSIGN_SIGN_IN_ATTEMPTS: '100',
    }
    ;[one, other] = await Promise.all([CrashingServer.start(environment), CrashingServer.start(environment)])
  })
  after(async () => {
    await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    await postgres[Symbol.asyncDispose]()
  })

  const signIn = (server: CrashingServer, email: string, more: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    server.send('POST', '/v1/sessions', { body: { email, password: PASSWORD, ...more } })
  const bothOften = (ask: (server: CrashingServer) => Promise<Reply>): Promise<readonly Reply[]> =>
    Promise.all(Array.from({ length: 12 }, (_, n) => ask(n % 2 === 0 ? one : other)))
  const countOf = (replies: readonly Reply[], verdict: number | string): number =>
    replies.filter(({ status, body }) => status === verdict || body['code'] === verdict).length

  async function protectedAccount(email: string): Promise<{ readonly app: AuthenticatorApp; readonly recoveryCodes: readonly string[] }> {
    assert.equal((await one.send('POST', '/v1/users', { body: { email, password: PASSWORD } })).status, 201)
    const token = String((await signIn(one, email)).body['access_token'])
    const enrolled = await other.send('POST', '/v1/me/factors/totp', { token })
    assert.equal(enrolled.status, 201)
    const app = new AuthenticatorApp(String(enrolled.body['otpauth_uri']))
    const { status, body } = await one.send('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })
    assert.equal(status, 200)
    const recoveryCodes = body['recovery_codes']
    assert.ok(Array.isArray(recoveryCodes))
    return { app, recoveryCodes: recoveryCodes.map(String) }
  }

  test('[H03] [J01] [I01] of sign-ins with one code, at once on both, exactly one succeeds, and later none', async () => {
    const email = 'ann@fleet.example'
    const { app } = await protectedAccount(email)
    for (const server of [one, other]) assert.equal((await signIn(server, email)).body['code'], 'factor_required')
    // The code of now is used up.
    const totp_code = app.code(1)
    const replies = await bothOften((server) => signIn(server, email, { totp_code }))
    assert.deepEqual([countOf(replies, 201), countOf(replies, 'credentials_invalid')], [1, 11])
    for (const server of [one, other]) {
      assert.equal((await signIn(server, email, { totp_code })).body['code'], 'credentials_invalid')
    }
  })

  test('[H03] [J01] [I01] of sign-ins with one recovery code, at once on both, exactly one succeeds', async () => {
    const email = 'bob@fleet.example'
    const [recovery_code = ''] = (await protectedAccount(email)).recoveryCodes
    const replies = await bothOften((server) => signIn(server, email, { recovery_code }))
    assert.deepEqual([countOf(replies, 201), countOf(replies, 'credentials_invalid')], [1, 11])
  })
})
