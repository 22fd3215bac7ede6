import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createVerifier, type Requirement } from 'countersign'
import { createSessionClient, type SessionClient, type StepUpTerms } from 'countersign/client'
import { ManualClock, systemPlatform } from 'countersign/core'
import { guard } from 'countersign/node'
import { createServer } from 'node:http'
import { FollowingService } from './authority-world.ts'
import { AuthenticatorApp } from './authenticator-app.ts'
import { listening } from './listening.ts'
import { OpaqueClient } from './opaque-client.ts'
import { patientPlatform } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const AGAIN = '/v1/sessions/current/authentication'
const MINUTE_MS = 60_000

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)

suite('step-up', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld

  before(async () => {
    world = await ServerWorld.open({ issuer: 'https://auth.example' }, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const again = (token: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    world.ask('POST', AGAIN, { token, body, headers })
  const authTime = (token: string): number => Number(claimsOf(token)['auth_time']) * 1000

  /** Somebody with an app, and a token of a sign-in with its code. */
  async function protectedPerson() {
    const person = await world.person()
    const enrol = async (): Promise<AuthenticatorApp> => {
      const { body } = await world.ask('POST', '/v1/me/factors/totp', { token: person.access_token })
      const app = new AuthenticatorApp(body.otpauth_uri, clock)
      return app.repeatsItself ? enrol() : app
    }
    const app = await enrol()
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    assert.equal(confirmed.status, 200)
    clock.advance(30_000)
    const { access_token: token, refresh_token } = await world.refresh(person.refresh_token)
    return { ...person, app, token, refreshToken: refresh_token, recoveryCodes: confirmed.body.recovery_codes as readonly string[] }
  }

  test('[D06] the password moves auth_time; a refresh never does; the tokens of before are dead', async () => {
    const { access_token, refresh_token, session } = await world.person()
    const signedInAt = clock.now()
    clock.advance(MINUTE_MS)
    const refreshed = await world.refresh(refresh_token)
    assert.deepEqual([authTime(access_token), authTime(refreshed.access_token)], [signedInAt, signedInAt])
    const { status, body } = await again(refreshed.access_token, { password: PASSWORD })
    assert.equal(status, 200)
    assert.deepEqual([authTime(body.access_token), body.session.id], [clock.now(), session.id])
    assert.deepEqual(claimsOf(body.access_token)['amr'], ['pwd'])
    assert.equal('acr' in claimsOf(body.access_token), false)
    assert.notEqual(body.refresh_token, refreshed.refresh_token)
    assert.equal(await world.verdictOn(refreshed.access_token), 'token_revoked')
    assert.equal((await world.refresh(refreshed.refresh_token)).refresh_token, body.refresh_token)
    const steppedUpAt = clock.now()
    clock.advance(MINUTE_MS)
    assert.equal(authTime((await world.refresh(body.refresh_token)).access_token), steppedUpAt)
    assert.ok(world.lines.some((line) => line.includes('"stepped_up"') && line.includes(session.id)))
    assert.ok(!world.lines.some((line) => line.includes(PASSWORD)))
  })

  test('[D06] an account with a second factor is asked for that one, and the methods of the session grow by it', async () => {
    const { app, token, recoveryCodes } = await protectedPerson()
    assert.deepEqual([claimsOf(token)['amr'], claimsOf(token)['acr']], [['pwd'], undefined])
    const refused = await again(token, { password: PASSWORD })
    assert.equal(verdictOf(refused), 'factor_required')
    assert.deepEqual(refused.body.factors, ['totp', 'recovery_code'])
    assert.equal(verdictOf(await again(token, { password: PASSWORD, totp_code: app.wrongCode() })), 'credentials_invalid')
    const stepped = await again(token, { totp_code: app.code() })
    assert.equal(stepped.status, 200)
    const { amr, acr } = claimsOf(stepped.body.access_token)
    assert.deepEqual([amr, acr], [['pwd', 'otp'], 'mfa'])
    assert.equal(verdictOf(await again(stepped.body.access_token, { totp_code: app.code() })), 'credentials_invalid')
    const [recovery_code] = recoveryCodes
    const recovered = await again(stepped.body.access_token, { password: PASSWORD, recovery_code })
    assert.equal(recovered.status, 200)
    assert.equal(verdictOf(await again(recovered.body.access_token, { recovery_code })), 'credentials_invalid')
  })

  test('[D06] a sign-in with both factors says so; introspection does, too', async () => {
    const { email, app } = await protectedPerson()
    const { body } = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, totp_code: app.code() } })
    assert.equal(claimsOf(body.access_token)['acr'], 'mfa')
    const { credential } = await world.service()
    const inspected = await world.ask('POST', '/v1/tokens/introspect', { token: credential, body: { token: body.access_token } })
    assert.deepEqual([inspected.body.active, inspected.body.acr], [true, 'mfa'])
    assert.equal(inspected.body.login, claimsOf(body.access_token)['login'])
  })

  test('[D06] nothing shown, a code where there is no app, and the proof of another move nothing', async () => {
    const { access_token: token, session } = await world.person()
    clock.advance(MINUTE_MS)
    assert.equal(verdictOf(await again(token, {})), 'request_invalid')
    assert.equal(verdictOf(await again(token, { totp_code: '123456' })), 'credentials_invalid')
    assert.equal(verdictOf(await again(token, { recovery_code: 'AAAAAA-AAAAAA-AAAAAA-AAAAAA' })), 'credentials_invalid')
    assert.equal(verdictOf(await again(token, { password: 'another password' })), 'credentials_invalid')
    const other = await protectedPerson()
    assert.equal(verdictOf(await again(token, { totp_code: other.app.code() })), 'credentials_invalid')
    const { body } = await world.ask('GET', '/v1/sessions', { token })
    assert.equal(body.sessions.find(({ id }: { id: string }) => id === session.id).authenticated_at, body.sessions[0].created_at)
  })

  test('[D06] OPAQUE proves a password that we never see, and only that of the session’s own user', async () => {
    const email = 'opaque-step-up@example.com'
    const client = await OpaqueClient.open((method, path, ask) => world.ask(method, path, ask))
    const prove = async () => (await client.attempt(email, PASSWORD)).proof
    await client.signUp(email, PASSWORD)
    const mine = await client.signIn(email, PASSWORD, { tokens: true })
    const token = mine.body.access_token
    clock.advance(MINUTE_MS)
    assert.equal(verdictOf(await again(token, { password: PASSWORD })), 'credentials_invalid')
    const opaque = await prove()
    const stepped = await again(token, { opaque })
    assert.equal(verdictOf(stepped), '200')
    assert.equal(authTime(stepped.body.access_token), clock.now())
    const newer = stepped.body.access_token
    assert.equal(verdictOf(await again(newer, { opaque })), 'request_replayed')
    const stranger = await world.person()
    assert.equal(verdictOf(await again(stranger.access_token, { opaque: await prove() })), 'credentials_invalid')
    assert.equal(verdictOf(await again(newer, { opaque: await prove(), password: PASSWORD })), 'request_invalid')
  })

  test('[D06] [H02] wrong proofs are counted, and after some the right one has to wait', async () => {
    const { access_token: token } = await world.person()
    const verdicts: string[] = []
    for (let attempt = 0; attempt < 30; attempt++) verdicts.push(verdictOf(await again(token, { password: `wrong password ${attempt}` })))
    assert.ok(verdicts.includes('rate_limited'), verdicts.join())
    const limited = await again(token, { password: PASSWORD })
    assert.equal(verdictOf(limited), 'rate_limited')
    assert.ok(Number(limited.headers.get('retry-after')) > 0)
  })

  test('[D06] an ended session, a suspended account and a changed password cannot be stepped up', async () => {
    const ended = await world.person()
    await world.ask('DELETE', '/v1/sessions/current', { token: ended.access_token })
    assert.equal(verdictOf(await again(ended.access_token, { password: PASSWORD })), 'token_revoked')
    const suspended = await world.person()
    await world.local('PATCH', `/v1/users/${suspended.user.id}`, { status: 'suspended' })
    assert.equal(verdictOf(await again(suspended.access_token, { password: PASSWORD })), 'token_revoked')
    const changed = await world.person()
    const change = { current_password: PASSWORD, new_password: 'another horse battery' }
    const { body } = await world.ask('PUT', '/v1/me/password', { token: changed.access_token, body: change })
    assert.equal(verdictOf(await again(body.access_token, { password: PASSWORD })), 'credentials_invalid')
    assert.equal(verdictOf(await again(body.access_token, { password: 'another horse battery' })), '200')
    assert.equal(verdictOf(await world.ask('POST', AGAIN, { body: { password: PASSWORD } })), 'credential_missing')
  })
})

suite('a session client', () => {
  const clock = new ManualClock(1_800_000_000_000)

  async function operatorsClient(world: ServerWorld, answer: (client: SessionClient, terms: StepUpTerms) => Promise<boolean>) {
    const { email } = await world.person(['admin'])
    const target = await world.person()
    const asked: StepUpTerms[] = []
    const client: SessionClient = createSessionClient({
      baseUrl: world.url,
      platform: { ...systemPlatform, clock },
      onStepUp: async (terms) => {
        asked.push(terms)
        return answer(client, terms)
      },
    })
    await client.signIn({ email, password: PASSWORD })
    clock.advance(6 * MINUTE_MS)
    const elevate = () =>
      client.fetch(`${world.url}/v1/users/${target.user.id}/elevations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ role: 'oncall', minutes: 5, reason: 'incident' }),
      })
    return { client, asked, elevate }
  }

  test('[D06] asks its application when a service wants a newer sign-in, and then goes on by itself', async () => {
    await using world = await ServerWorld.open({}, { ...systemPlatform, clock })
    const { client, asked, elevate } = await operatorsClient(world, async (client) => {
      await client.authenticateAgain({ password: PASSWORD })
      return true
    })
    const response = await elevate()
    assert.equal(response.status, 201)
    assert.deepEqual(
      asked.map(({ max_age }) => max_age),
      [300],
    )
    const { session } = { session: await client.session() }
    assert.equal(session?.['authenticated_at'], new Date(clock.now()).toISOString())
    await client.refresh()
    assert.equal((await client.session())?.['authenticated_at'], session?.['authenticated_at'])
  })

  test('[D06] gives the refusal to whoever called, when the user does not want to, or cannot', async () => {
    await using world = await ServerWorld.open({}, { ...systemPlatform, clock })
    const unwilling = await operatorsClient(world, async () => false)
    const refused = await unwilling.elevate()
    assert.deepEqual([refused.status, (await refused.json()).code], [401, 'step_up_required'])
    const unable = await operatorsClient(world, async (client) => {
      await client.authenticateAgain({ password: 'another password' })
      return true
    })
    assert.equal((await unable.elevate()).status, 401)
    assert.equal(unable.asked.length, 1)
  })
})

suite('a guarded service', () => {
  test('[D06] asks for two factors, and takes the token of a step-up', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const person = await world.person()
    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token: person.access_token })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri)
    await world.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    const { access_token: token } = await world.refresh(person.refresh_token)
    assert.equal(await service.verdictOn(token, { acr: 'mfa' }), 'step_up_required')
    assert.equal(await service.verdictOn(token, { methods: 'otp' }), 'step_up_required')
    const { body } = await world.ask('POST', AGAIN, { token, body: { totp_code: app.code(1) } })
    assert.equal(await service.verdictOn(body.access_token, { acr: 'mfa', methods: ['pwd', 'otp'], maxAuthAgeSeconds: 60 }), '200')
  })

  for (const accessTokenForm of ['jwt', 'opaque'] as const) {
    test(`[D09] asks for the address and browser of the login, of tokens of the form ${accessTokenForm}; a step-up makes the new ones count`, async () => {
      await using world = await ServerWorld.open({ trustedProxies: ['127.0.0.1'], accessTokenForm })
      const { credential } = await world.service()
      const options = { issuer: world.url, audience: world.url, credential, trustedProxies: ['127.0.0.1'], platform: patientPlatform }
      const verifier = createVerifier(options)
      await verifier.ready()
      const requirement: Requirement = { sameAddress: true, sameDevice: true }
      const guarded = guard(verifier, requirement)
      const service = await listening(
        createServer(async (request, response) => {
          if ((await guarded(request, response)) !== undefined) response.end('here')
        }),
      )
      const visit = async (token: string, from: Readonly<Record<string, string>>): Promise<string> => {
        const response = await fetch(`http://127.0.0.1:${service.port}/`, { headers: { ...from, authorization: `Bearer ${token}` } })
        return response.ok ? String(response.status) : (await response.json()).code
      }
      const home = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'Mozilla/5.0 Firefox/140.0' }
      const cafe = { 'x-forwarded-for': '198.51.100.9', 'user-agent': 'Mozilla/5.0 Firefox/140.0' }
      const phone = { ...cafe, 'user-agent': 'Mozilla/5.0 CriOS/140.0' }
      try {
        const { email } = await world.person()
        const { body } = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD }, headers: home })
        assert.equal(await visit(body.access_token, home), '200')
        assert.equal(await visit(body.access_token, cafe), 'step_up_required')
        const refresh = { body: { refresh_token: body.refresh_token }, headers: cafe }
        const refreshed = await world.ask('POST', '/v1/sessions/refresh', refresh)
        assert.equal(await visit(refreshed.body.access_token, cafe), 'step_up_required')
        assert.equal(await visit(refreshed.body.access_token, home), '200')
        const proof = { token: refreshed.body.access_token, body: { password: PASSWORD }, headers: cafe }
        const stepped = await world.ask('POST', AGAIN, proof)
        assert.equal(await visit(stepped.body.access_token, cafe), '200')
        assert.equal(await visit(stepped.body.access_token, phone), 'step_up_required')
        assert.equal(await visit(stepped.body.access_token, home), 'step_up_required')
      } finally {
        await service.close()
        verifier.close()
      }
    })
  }
})
