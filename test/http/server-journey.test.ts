import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { decodeUtf8, ManualClock, systemClock, systemPlatform } from 'countersign/core'
import { PASSWORD, ServerWorld } from './server-world.ts'

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(decodeUtf8(Buffer.from(token.split('.')[1] ?? '', 'base64url')))

suite('a person’s way through the server', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open({ roleScopes: { staff: ['orders:read', 'orders:write'] } })
  })
  after(() => world[Symbol.asyncDispose]())

  test('[C01] sign-in gives access token, refresh token, session and user in one answer that nobody keeps', async () => {
    const signUp = await world.ask('POST', '/v1/users', { body: { email: ' Mira@Example.com ', password: PASSWORD, name: 'Mira' } })
    assert.equal(signUp.status, 201)
    assert.equal(signUp.body.user.email, 'Mira@Example.com')
    assert.deepEqual(signUp.body.user.roles, [])
    const { status, headers, body } = await world.ask('POST', '/v1/sessions', {
      body: { email: 'mira@example.com', password: PASSWORD, device: 'laptop', transport: 'json' },
      headers: { 'user-agent': 'test/1' },
    })
    assert.equal(status, 201)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(body.token_type, 'Bearer')
    assert.equal(body.expires_in, 300)
    assert.deepEqual(body.user, { id: signUp.body.user.id, email: 'Mira@Example.com', name: 'Mira', roles: [], groups: [] })
    assert.deepEqual(body.session.device, {
      ...{ name: 'laptop', user_agent: 'test/1', address: '127.0.0.1' },
      ...{ browser: null, system: null, place: null },
    })
    const me = await world.ask('GET', '/v1/me', { token: body.access_token })
    assert.deepEqual(me.body.user, signUp.body.user)
    const claims = claimsOf(body.access_token)
    assert.deepEqual([claims['iss'], claims['aud'], claims['sub'], claims['sid']], [world.url, world.url, body.user.id, body.session.id])
  })

  test('[I17] an unknown address, a wrong password and a suspended account get the same answer', async () => {
    const { email, user } = await world.person()
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    const other = await world.person()
    const answers = await Promise.all(
      [
        { email: 'nobody@example.com', password: PASSWORD },
        { email: other.email, password: 'wrong password' },
        { email, password: PASSWORD },
        { email: 'no address', password: PASSWORD },
      ].map((body) => world.ask('POST', '/v1/sessions', { body })),
    )
    const shapes = answers.map(({ status, body, headers }) => ({
      status,
      ...body,
      instance: '',
      challenge: headers.get('www-authenticate'),
    }))
    for (const shape of shapes) assert.deepEqual(shape, shapes[0])
    assert.equal(shapes[0]?.code, 'credentials_invalid')
  })

  test('[B20] [B06] [B36] a role change kills older tokens at the very next request, and a refresh picks the role up unseen', async () => {
    const { access_token: old, refresh_token, user } = await world.person()
    const changed = await world.local('PATCH', `/v1/users/${user.id}`, { roles: ['staff'] })
    assert.deepEqual(changed.body.user.roles, ['staff'])
    assert.equal(await world.verdictOn(old), 'token_revoked')
    const fresh = await world.refresh(refresh_token)
    assert.equal(await world.verdictOn(fresh.access_token), '200')
    assert.deepEqual(fresh.user.roles, ['staff'])
    assert.equal(claimsOf(fresh.access_token)['scope'], 'orders:read orders:write')
    await world.local('PATCH', `/v1/users/${user.id}`, { groups: ['north'] })
    assert.equal(await world.verdictOn(fresh.access_token), 'token_revoked')
  })

  test('[B11] a password change kills every older token and every other session, and this session goes on', async () => {
    const here = await world.person()
    const there = await world.signIn(here.email)
    const body = { current_password: PASSWORD, new_password: 'another long password' }
    const changed = await world.ask('PUT', '/v1/me/password', { token: here.access_token, body })
    assert.equal(changed.status, 200)
    assert.equal(await world.verdictOn(here.access_token), 'token_revoked')
    assert.equal(await world.verdictOn(there.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(there.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(changed.body.access_token), '200')
    assert.equal(changed.body.session.id, here.session.id)
    assert.equal(await world.refreshVerdictOn(changed.body.refresh_token), '200')
    assert.equal((await world.ask('POST', '/v1/sessions', { body: { email: here.email, password: PASSWORD } })).status, 401)
    await world.signIn(here.email, 'another long password')
  })

  test('a password change with the wrong password, or to a weak one, changes nothing', async () => {
    const { access_token: token, email } = await world.person()
    const wrong = await world.ask('PUT', '/v1/me/password', {
      token,
      body: { current_password: 'wrong password', new_password: 'another one' },
    })
    assert.equal(wrong.body.code, 'credentials_invalid')
    const weak = await world.ask('PUT', '/v1/me/password', { token, body: { current_password: PASSWORD, new_password: 'short' } })
    assert.deepEqual(weak.body.errors, [{ pointer: '/new_password', detail: 'must have 8 to 256 characters' }])
    assert.equal(await world.verdictOn(token), '200')
    await world.signIn(email)
  })

  test('[B08] one device signs out, the others do, all do', async () => {
    const laptop = await world.person()
    const phone = await world.signIn(laptop.email)
    const tablet = await world.signIn(laptop.email)
    const listed = await world.ask('GET', '/v1/sessions', { token: laptop.access_token })
    assert.deepEqual(
      new Map(listed.body.sessions.map(({ id, current }: { id: string; current: boolean }) => [id, current])),
      new Map([
        [laptop.session.id, true],
        [phone.session.id, false],
        [tablet.session.id, false],
      ]),
    )
    assert.equal((await world.ask('DELETE', `/v1/sessions/${phone.session.id}`, { token: laptop.access_token })).status, 204)
    assert.equal(await world.verdictOn(phone.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(phone.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(tablet.access_token), '200')

    const others = await world.ask('DELETE', '/v1/sessions?except=current', { token: laptop.access_token })
    assert.deepEqual(others.body.ended, [tablet.session.id])
    assert.equal(await world.verdictOn(tablet.access_token), 'token_revoked')
    assert.equal(await world.verdictOn(laptop.access_token), '200')

    const desktop = await world.signIn(laptop.email)
    const all = await world.ask('DELETE', '/v1/sessions', { token: desktop.access_token })
    assert.deepEqual(new Set(all.body.ended), new Set([laptop.session.id, desktop.session.id]))
    for (const { access_token, refresh_token } of [laptop, desktop]) {
      assert.equal(await world.verdictOn(access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
  })

  test('[B08] signing out ends the session of the token, once', async () => {
    const { access_token: token, refresh_token } = await world.person()
    assert.equal((await world.ask('DELETE', '/v1/sessions/current', { token })).status, 204)
    assert.equal((await world.ask('DELETE', '/v1/sessions/current', { token })).body.code, 'token_revoked')
    assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
  })

  test('nobody ends or lists the sessions of others, except an operator', async () => {
    const [mine, theirs, operator] = [await world.person(), await world.person(), await world.person(['admin'])]
    const end = (token: string) => world.ask('DELETE', `/v1/sessions/${theirs.session.id}`, { token })
    assert.equal((await end(mine.access_token)).body.code, 'not_found')
    for (const method of ['GET', 'DELETE']) {
      const { body } = await world.ask(method, `/v1/sessions?user=${theirs.user.id}`, { token: mine.access_token })
      assert.equal(body.code, 'role_insufficient')
    }
    assert.equal(await world.verdictOn(theirs.access_token), '200')
    const seen = await world.ask('GET', `/v1/sessions?user=${theirs.user.id}`, { token: operator.access_token })
    assert.equal(seen.body.sessions.length, 1)
    assert.equal((await end(operator.access_token)).status, 204)
    assert.equal(await world.verdictOn(theirs.access_token), 'token_revoked')
  })

  test('[B37] a suspended user is out at once, and restoring revives nothing', async () => {
    const { access_token: token, refresh_token, user, email } = await world.person()
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    assert.equal(await world.verdictOn(token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    assert.equal((await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })).body.code, 'credentials_invalid')
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'active' })
    assert.equal(await world.verdictOn(token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    await world.signIn(email)
  })

  test('the roles of a new account are an operator’s to give', async () => {
    const body = { email: 'boss@example.com', password: PASSWORD, roles: ['admin'] }
    const person = await world.person()
    assert.equal((await world.ask('POST', '/v1/users', { body })).body.code, 'credential_missing')
    assert.equal((await world.ask('POST', '/v1/users', { body, token: person.access_token })).body.code, 'role_insufficient')
    const operator = await world.person(['admin'])
    assert.equal((await world.ask('POST', '/v1/users', { body, token: operator.access_token })).status, 201)
    assert.equal(
      (await world.ask('POST', '/v1/users', { body: { email: 'BOSS@example.com', password: PASSWORD } })).body.code,
      'email_taken',
    )
  })

  test('an administrator who loses the role is none at the very next request', async () => {
    const operator = await world.person(['admin'])
    const token = operator.access_token
    assert.equal((await world.ask('GET', '/v1/users', { token })).status, 200)
    assert.equal((await world.ask('PATCH', `/v1/users/${operator.user.id}`, { token, body: { roles: [] } })).status, 200)
    assert.equal((await world.ask('GET', '/v1/users', { token })).body.code, 'token_revoked')
    const { access_token } = await world.refresh(operator.refresh_token)
    assert.equal((await world.ask('GET', '/v1/users', { token: access_token })).body.code, 'role_insufficient')
  })

  test('accounts are listed in pages', async () => {
    const seen: string[] = []
    let after = ''
    for (;;) {
      const { body } = await world.local('GET', `/v1/users?limit=5${after}`)
      seen.push(...body.users.map(({ id }: { id: string }) => id))
      if (body.next === null) break
      after = `&after=${body.next}`
    }
    const all = await world.local('GET', '/v1/users?limit=200')
    assert.deepEqual(
      seen,
      all.body.users.map(({ id }: { id: string }) => id),
    )
    assert.equal(new Set(seen).size, seen.length)
    const found = await world.local('GET', '/v1/users?search=MIRA')
    assert.deepEqual(
      found.body.users.map(({ name }: { name: string }) => name),
      ['Mira'],
    )
  })

  test('a refresh repeated with its Idempotency-Key yields the same successor', async () => {
    const { refresh_token } = await world.person()
    const ask = () => world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token }, headers: { 'idempotency-key': 'k1' } })
    const [first, second] = [await ask(), await ask()]
    assert.equal(first.body.refresh_token, second.body.refresh_token)
    assert.notEqual(first.body.refresh_token, refresh_token)
    const bad = await world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token }, headers: { 'idempotency-key': 'a b' } })
    assert.equal(bad.body.code, 'request_invalid')
  })

  test('a refresh token two generations old ends the session', async () => {
    const first = await world.person()
    const second = await world.refresh(first.refresh_token)
    const third = await world.refresh(second.refresh_token)
    assert.equal(await world.refreshVerdictOn(first.refresh_token), 'refresh_reused')
    assert.equal(await world.refreshVerdictOn(third.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(third.access_token), 'token_revoked')
  })
})

suite('revoking over the API', () => {
  let world: ServerWorld
  let operator: string
  before(async () => {
    world = await ServerWorld.open()
    operator = (await world.person(['admin'])).access_token
  })
  after(() => world[Symbol.asyncDispose]())

  const revoke = (target: object, rest: object = {}) => world.ask('POST', '/v1/revocations', { token: operator, body: { target, ...rest } })

  test('[B36] a soft revocation kills access tokens, a hard one the session too', async () => {
    const [soft, hard] = [await world.person(), await world.person()]
    const entry = await revoke({ kind: 'user', id: soft.user.id }, { mode: 'soft', reason: 'suspicious' })
    assert.equal(entry.status, 201)
    assert.deepEqual(Object.keys(entry.body).sort(), ['at', 'position'])
    const next = await revoke({ kind: 'user', id: hard.user.id })
    assert.equal(next.body.position, entry.body.position + 1)
    assert.equal(await world.verdictOn(soft.access_token), 'token_revoked')
    assert.equal(await world.verdictOn(hard.access_token), 'token_revoked')
    const renewed = await world.refresh(soft.refresh_token)
    assert.equal(await world.verdictOn(renewed.access_token), '200')
    assert.equal(await world.refreshVerdictOn(hard.refresh_token), 'refresh_invalid')
  })

  test('one token, one session, one role: each dies alone', async () => {
    const [one, two] = [await world.person(['staff']), await world.person(['guest'])]
    await revoke({ kind: 'token', id: String(claimsOf(one.access_token)['jti']) })
    assert.equal(await world.verdictOn(one.access_token), 'token_revoked')
    const second = await world.refresh(one.refresh_token)
    await revoke({ kind: 'role', id: 'staff' })
    assert.equal(await world.verdictOn(second.access_token), 'token_revoked')
    const third = await world.refresh(second.refresh_token)
    await revoke({ kind: 'session', id: one.session.id })
    assert.equal(await world.verdictOn(third.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(third.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(two.access_token), '200')
  })

  test('a target that cannot be one is refused at its place', async () => {
    const cases: ReadonlyArray<readonly [target: object, rest: object, pointer: string]> = [
      [{ kind: 'user' }, {}, '/target/id'],
      [{ kind: 'everyone', id: 'x' }, {}, '/target/id'],
      [{ kind: 'planet', id: 'x' }, {}, '/target/kind'],
      [{ kind: 'token', id: 'x' }, { mode: 'hard' }, '/mode'],
      [{ kind: 'token', id: 'x' }, { mode: 'gentle' }, '/mode'],
    ]
    for (const [target, rest, pointer] of cases) {
      const { status, body } = await revoke(target, rest)
      assert.equal(status, 400)
      assert.equal(body.errors[0].pointer, pointer)
    }
  })

  test('rotating a signing key refuses no valid token; revoking it kills what it signed and nothing else', async () => {
    const before = await world.person()
    const rotated = await world.ask('POST', '/v1/signing-keys/rotate', { token: operator, body: {} })
    assert.deepEqual(
      rotated.body.keys
        .filter(({ purpose }: { purpose: string }) => purpose === 'access-token')
        .map(({ state }: { state: string }) => state)
        .sort(),
      ['current', 'next', 'previous'],
    )
    assert.equal(await world.verdictOn(before.access_token), '200')
    const after = await world.refresh(before.refresh_token)
    assert.equal(await world.verdictOn(after.access_token), '200')
    const kid = rotated.body.keys.find(({ state }: { state: string }) => state === 'previous').kid
    assert.equal((await world.local('DELETE', `/v1/signing-keys/${kid}`)).status, 204)
    assert.notEqual(await world.verdictOn(before.access_token), '200')
    assert.equal(await world.verdictOn(after.access_token), '200')
    const jwks = await world.ask('GET', '/.well-known/jwks.json')
    assert.equal(jwks.headers.get('cache-control'), 'max-age=60')
    assert.ok(!jwks.body.keys.some((key: { kid: string }) => key.kid === kid))
    assert.ok(!/"d":|private/.test(jwks.text))
    assert.equal((await world.local('DELETE', '/v1/signing-keys/nothing')).body.code, 'not_found')
  })

  test('[B09] one moment of last logout for everyone: all older tokens and sessions die, new ones live', async () => {
    const [one, two] = [await world.person(), await world.person()]
    assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'everyone' } })).status, 201)
    for (const { access_token, refresh_token } of [one, two]) {
      assert.equal(await world.verdictOn(access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
    const again = await world.signIn(one.email)
    assert.equal(await world.verdictOn(again.access_token), '200')
  })

  test('[B09] a user’s last logout decides about every older token of that user alone', async () => {
    const [one, two] = [await world.person(), await world.person()]
    await world.ask('DELETE', '/v1/sessions', { token: one.access_token })
    assert.equal(await world.verdictOn(one.access_token), 'token_revoked')
    assert.equal(await world.verdictOn(two.access_token), '200')
    assert.equal(await world.verdictOn((await world.signIn(one.email)).access_token), '200')
  })
})

suite('policies', () => {
  test('[B34] with one session a user, a second sign-in ends the first', async () => {
    await using world = await ServerWorld.open({ singleSession: true })
    const first = await world.person()
    const second = await world.signIn(first.email)
    assert.equal(await world.verdictOn(first.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(first.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(second.access_token), '200')
  })

  test('[B08] a fixed time after the last login the person has to sign in again, however busy the session is', async () => {
    const clock = new ManualClock(systemClock.now())
    await using world = await ServerWorld.open({ sessionSeconds: 3600, sessionIdleSeconds: 1800 }, { ...systemPlatform, clock })
    let session: { refresh_token: string } = await world.person()
    for (let minutes = 0; minutes < 55; minutes += 5) {
      clock.advance(300_000)
      session = await world.refresh(session.refresh_token)
    }
    clock.advance(300_001)
    assert.equal(await world.refreshVerdictOn(session.refresh_token), 'refresh_invalid')
  })

  test('a session that is not used ends by itself', async () => {
    const clock = new ManualClock(systemClock.now())
    await using world = await ServerWorld.open({ sessionSeconds: 3600, sessionIdleSeconds: 600 }, { ...systemPlatform, clock })
    const { refresh_token } = await world.person()
    clock.advance(600_001)
    assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
  })

  test('[J01] a folder is all it needs: the embedded database holds accounts, sessions, keys and revocations over a restart', async () => {
    const before = await ServerWorld.open({ issuer: 'http://127.0.0.1:4000' })
    const [kept, revoked] = [await before.person(), await before.person()]
    await before.local('POST', '/v1/revocations', { target: { kind: 'user', id: revoked.user.id }, mode: 'soft' })
    await before.stop()
    await using world = await ServerWorld.openIn(before.folder, { issuer: 'http://127.0.0.1:4000' })
    assert.equal(await world.verdictOn(kept.access_token), '200')
    assert.equal(await world.verdictOn(revoked.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(kept.refresh_token), '200')
    await world.signIn(kept.email)
  })
})

suite('the first start', () => {
  test('the set-up link creates one administrator, once, and the page that it opens may run nothing but its own script', async () => {
    await using world = await ServerWorld.open()
    const link = new URL((await world.running.countersign.offerSetup()) ?? '')
    assert.equal(`${link.origin}${link.pathname}`, `${world.url}/setup`)
    const page = await world.ask('GET', '/setup')
    assert.equal(page.status, 200)
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self';/,
    )
    const body = { token: link.hash.slice(1), email: 'root@example.com', password: PASSWORD }
    const wrong = await world.ask('POST', '/v1/setup', { body: { ...body, token: body.token.slice(0, -1) } })
    assert.ok([401, 404].includes(wrong.status))
    const made = await world.ask('POST', '/v1/setup', { body })
    assert.equal(made.status, 201)
    assert.deepEqual(made.body.user.roles, ['admin'])
    assert.equal((await world.ask('POST', '/v1/setup', { body: { ...body, email: 'second@example.com' } })).body.code, 'not_found')
    assert.equal(await world.running.countersign.offerSetup(), undefined)
    const { access_token: token } = await world.signIn('root@example.com')
    assert.equal((await world.ask('GET', '/v1/users', { token })).status, 200)
  })

  test('[I14] no password, token or credential is in any log line', async () => {
    await using world = await ServerWorld.open()
    const { access_token, refresh_token, email } = await world.person()
    const { credential } = await world.service()
    await world.ask('POST', '/v1/sessions', { body: { email, password: 'wrong but secret' } })
    await world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: refresh_token.slice(0, -1) } })
    await world.ask('GET', '/v1/me', { token: `${access_token}x`, headers: { 'x-request-id': 'mine-1' } })
    const text = world.lines.join('')
    assert.match(text, /mine-1/)
    for (const secret of [PASSWORD, 'wrong but secret', access_token.slice(-40), refresh_token.slice(-40), credential.slice(-40)]) {
      assert.ok(!text.includes(secret))
    }
  })
})
