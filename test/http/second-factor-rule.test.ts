import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { createVerifier } from 'countersign'
import { systemClock } from 'countersign/core'
import { guard } from 'countersign/node'
import { AuthenticatorApp } from './authenticator-app.ts'
import { listening } from './listening.ts'
import { OpaqueClient } from './opaque-client.ts'
import { patientPlatform } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

/** What is open to whoever still has to set a second factor up. */
const open: readonly string[] = ['/v1/me', '/v1/me/factors', '/v1/me/factors/passkeys', '/v1/sessions']
const shut: ReadonlyArray<readonly [method: string, path: string, body?: unknown]> = [
  ['GET', '/v1/access-keys'],
  ['GET', '/v1/api-keys'],
  ['POST', '/v1/api-keys', { name: 'script' }],
  ['POST', '/v1/temporary-credentials', {}],
  ['PUT', '/v1/me/email', { email: 'else@example.org' }],
  ['PUT', '/v1/me/password', { current_password: PASSWORD, new_password: 'another long walk on the beach' }],
]

suite('a second factor of every account', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open({ secondFactor: 'required', roleScopes: { admin: ['orders:read'] } })
  })
  after(() => world[Symbol.asyncDispose]())

  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

  async function verdictOfService(token: string): Promise<number> {
    const { body } = await world.local('POST', '/v1/services', { name: 'orders' })
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential: body.credential, platform: patientPlatform })
    try {
      await verifier.ready()
      const check = guard(verifier)
      const service = await listening(
        createServer(async (request, response) => {
          if ((await check(request, response)) !== undefined) response.end('ok')
        }),
      )
      const { status } = await fetch(`http://127.0.0.1:${service.port}`, { headers: { authorization: `Bearer ${token}` } })
      await service.close()
      return status
    } finally {
      verifier.close()
    }
  }

  test('[H03] [D06] who has shown none can set one up and do nothing else, here and in services; who shows it can do everything', async () => {
    const { access_token: token, refresh_token: refreshToken, email } = await world.person(['admin'])
    const { acr, aud, roles, scope } = claimsOf(token)
    assert.deepEqual([acr, aud, roles, scope], ['enrolment', `${world.url}/v1/me/factors`, undefined, undefined])
    for (const path of open) assert.equal((await world.ask('GET', path, { token })).status, 200, path)
    for (const [method, path, body] of shut) {
      const reply = await world.ask(method, path, { token, ...(body === undefined ? {} : { body }) })
      assert.deepEqual([reply.status, reply.body.code], [403, 'factor_enrolment_required'], path)
    }
    assert.equal(verdictOf(await world.ask('GET', '/v1/users', { token })), 'role_insufficient')
    assert.equal(await verdictOfService(token), 401)
    const { access_token: refreshed } = await world.refresh(refreshToken)
    assert.equal(claimsOf(refreshed).acr, 'enrolment')

    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token: refreshed })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri, systemClock)
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token: refreshed, body: { code: app.code() } })
    assert.equal(confirmed.status, 200)
    const [recoveryCode] = confirmed.body.recovery_codes
    const signedIn = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, recovery_code: recoveryCode } })
    assert.equal(signedIn.status, 201)
    const whole = signedIn.body.access_token
    assert.deepEqual([claimsOf(whole).acr, claimsOf(whole).roles, claimsOf(whole).scope], ['mfa', ['admin'], 'orders:read'])
    assert.equal((await world.ask('GET', '/v1/api-keys', { token: whole })).status, 200)
    assert.equal(await verdictOfService(whole), 200)
    assert.equal(verdictOf(await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })), 'factor_required')
  })

  test('[D06] the session that set it up becomes whole by showing it', async () => {
    const { access_token: token, refresh_token: refreshToken } = await world.person()
    const { body } = await world.ask('POST', '/v1/me/factors/totp', { token })
    const app = new AuthenticatorApp(body.otpauth_uri, systemClock)
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })
    const { access_token: next } = await world.refresh(refreshToken)
    const [, recoveryCode] = confirmed.body.recovery_codes
    const shown = await world.ask('POST', '/v1/sessions/current/authentication', { token: next, body: { recovery_code: recoveryCode } })
    assert.equal(shown.status, 200)
    assert.equal(claimsOf(shown.body.access_token).acr, 'mfa')
    assert.equal((await world.ask('GET', '/v1/api-keys', { token: shown.body.access_token })).status, 200)
  })

  test('[A23] no key is agreed on with who has shown none', async () => {
    const client = await OpaqueClient.open((method, path, ask) => world.ask(method, path, ask))
    const email = 'opaque@example.org'
    assert.equal((await client.signUp(email, PASSWORD)).status, 201)
    const { status, body } = await client.signIn(email, PASSWORD)
    assert.deepEqual([status, body.code], [403, 'factor_enrolment_required'])
  })
})
