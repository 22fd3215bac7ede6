import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

suite('what the server lets whom do', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open({ roleScopes: { staff: ['orders:read'] } })
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D04] 401 for whoever is unknown, 403 for whoever may not, and a role that is taken away is gone at the very next request', async () => {
    const unknown = await world.ask('GET', '/v1/users')
    assert.deepEqual([unknown.status, unknown.body.code], [401, 'credential_missing'])
    assert.match(unknown.headers.get('www-authenticate') ?? '', /^Bearer/)
    const { access_token, refresh_token, user } = await world.person(['admin'])
    assert.equal((await world.ask('GET', '/v1/users', { token: access_token })).status, 200)
    await world.local('PATCH', `/v1/users/${user.id}`, { roles: ['staff'] })
    const old = await world.ask('GET', '/v1/users', { token: access_token })
    assert.deepEqual([old.status, old.body.code], [401, 'token_revoked'])
    const fresh = await world.refresh(refresh_token)
    const refused = await world.ask('GET', '/v1/users', { token: fresh.access_token })
    assert.deepEqual([refused.status, refused.body.code], [403, 'role_insufficient'])
    assert.equal(refused.headers.has('www-authenticate'), false)
  })

  test('[D04] nobody takes a role: neither at sign-up, nor for themselves, nor by what a token says', async () => {
    const signUp = await world.ask('POST', '/v1/users', { body: { email: 'mallory@example.com', password: PASSWORD, roles: ['admin'] } })
    assert.equal(signUp.status, 401)
    const { access_token, user } = await world.person()
    const own = await world.ask('PATCH', `/v1/users/${user.id}`, { token: access_token, body: { roles: ['admin'] } })
    assert.deepEqual([own.status, own.body.code], [403, 'role_insufficient'])
    const [header, payload = '', signature] = access_token.split('.')
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), roles: ['admin'] }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    const answer = await world.ask('GET', '/v1/users', { token: forged })
    assert.deepEqual([answer.status, answer.body.code], [401, 'token_invalid'])
  })

  test('[D04] which scopes each role brings is for operators to read', async () => {
    const listed = await world.local('GET', '/v1/roles')
    const staff = { name: 'staff', scope: ['orders:read'], source: 'configuration', changed_at: null }
    assert.deepEqual(listed.body, { roles: [staff], reserved: [] })
    const { access_token } = await world.person(['staff'])
    assert.equal((await world.ask('GET', '/v1/roles', { token: access_token })).status, 403)
  })

  test('[D04] every operation that is for operators answers a stranger 401, and somebody without the role 403, whatever they send', async () => {
    const { access_token: token } = await world.person(['staff'])
    const guarded = operations.filter(({ authority }) => authority === 'operator')
    assert.ok(guarded.length > 30)
    for (const { method, path, operationId } of guarded) {
      const filled = path.replaceAll(/\{\w+\}/g, 'x')
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
      const stranger = await world.ask(method, filled, body)
      const person = await world.ask(method, filled, { token, ...body })
      assert.deepEqual(
        [stranger.status, stranger.body.code, person.status, person.body.code],
        [401, 'credential_missing', 403, 'role_insufficient'],
        operationId,
      )
    }
  })

  test('[D04] what belongs to one person is not there for another, whatever id they guess', async () => {
    const [owner, other] = [await world.person(['staff']), await world.person(['staff'])]
    const make = async (path: string): Promise<Reply['body']> => {
      const { status, body, text } = await world.ask('POST', path, { token: owner.access_token, body: { name: 'script' } })
      assert.equal(status, 201, text)
      return body
    }
    const apiKey = `/v1/api-keys/${(await make('/v1/api-keys')).api_key.id}`
    const accessKey = `/v1/access-keys/${(await make('/v1/access-keys')).access_key.id}`
    for (const [method, path, body] of [
      ['DELETE', `/v1/sessions/${owner.session.id}`],
      ...[apiKey, accessKey].flatMap(
        (key) =>
          [
            ['GET', key],
            ['PATCH', key, { name: 'mine' }],
            ['POST', `${key}/rotate`, {}],
            ['DELETE', key],
          ] as const,
      ),
    ] as const) {
      const theirs = await world.ask(method, path, { token: other.access_token, ...(body === undefined ? {} : { body }) })
      assert.deepEqual([theirs.status, theirs.body.code], [404, 'not_found'], `${method} ${path}`)
    }
    for (const path of ['/v1/me', apiKey, accessKey]) {
      assert.equal((await world.ask('GET', path, { token: owner.access_token })).status, 200, path)
    }
  })

  test('[D04] what was decided about whom stands in the log at debug level, without a credential', async () => {
    const { access_token, user } = await world.person(['staff'])
    await world.ask('GET', '/v1/users?email=secret@example.com', { token: access_token })
    const decided = world.lines.filter((line) => line.includes('"decision"') && line.includes(user.id))
    assert.equal(decided.length, 1)
    const { level, decision } = JSON.parse(decided[0] ?? '')
    assert.equal(level, 20)
    assert.deepEqual([decision.allowed, decision.code, decision.role, decision.path], [false, 'role_insufficient', 'admin', '/v1/users'])
    assert.ok(!decided[0]?.includes('secret@example.com'))
    assert.ok(!world.lines.some((line) => line.includes(access_token.slice(-30))))
  })

  test('[D07] a password is taken by our own sign-in alone, which knows no grants and no clients of others', async () => {
    const { email } = await world.person()
    const signedIn = await world.signIn(email)
    assert.ok(signedIn.access_token)
    const claims = JSON.parse(Buffer.from(signedIn.access_token.split('.')[1] ?? '', 'base64url').toString())
    assert.equal(claims.client_id, 'first-party')
    for (const extra of [{ grant_type: 'password' }, { client_id: 'someone-elses-app' }, { scope: 'orders:read' }, { username: email }]) {
      const { status, body } = await world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, ...extra } })
      assert.deepEqual([status, body.code], [400, 'request_invalid'])
    }
    const form = new URLSearchParams({ grant_type: 'password', username: email, email, password: PASSWORD })
    const asForm = await world.ask('POST', '/v1/sessions', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    assert.equal(asForm.status, 415)
  })

  test('[D07] there is no OAuth password grant, at no address that takes a form and at none where one is looked for', async () => {
    const { email } = await world.person()
    const paths = new Set(['/token', '/oauth/token', '/oauth2/token', '/oidc/token', '/v1/tokens', '/v1/oauth/token', '/connect/token'])
    for (const { method, form, path } of operations) if (method === 'POST' && form !== undefined) paths.add(path)
    for (const path of paths) {
      const form = new URLSearchParams({
        grant_type: 'password',
        username: email,
        password: PASSWORD,
        client_id: 'first-party',
        scope: 'openid',
      })
      const { status, text } = await world.ask('POST', path, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      })
      assert.ok(status >= 400 && status < 500, `${path} answered ${status}`)
      assert.ok(!text.includes('access_token'), path)
    }
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/.well-known/countersign']) {
      const { status, body } = await world.ask('GET', path)
      // RFC 8414: whoever says nothing of grants offers the code and the implicit one; neither takes a password.
      if (status === 200) assert.ok(!(body.grant_types_supported ?? []).includes('password'), path)
    }
  })
})
