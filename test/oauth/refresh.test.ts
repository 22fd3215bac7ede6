import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { claimsOf, onEachDatabase, type OAuthWorld, type Person, type RegisteredClient } from './oauth-world.ts'

type Fields = Readonly<Record<string, string>>

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, string>>
}

const ORDERS = 'https://orders.example'
const REFUNDS = 'https://refunds.example'
const everything = { scope: 'openid profile email orders:read orders:write', nonce: 'n-0S6_WzA2Mj' }
/** The protocol library looks at whatever has a parameter that nobody knows, and then ignores that. */
const byLibrary = { unknown: 'x' }
const OWN_ID = /^jti_[\w-]{22}$/
/** By the ids of the library's tokens, which look otherwise. */
const isOfLibrary = ({ body }: Answer): boolean => !OWN_ID.test(claimsOf(body['access_token'] ?? '').jti)

const basic = ({ id, secret = '' }: RegisteredClient) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })

onEachDatabase('a refresh, without the protocol library where nothing has to be asked', (open, testOnce) => {
  let world: OAuthWorld
  let person: Person
  let registered: RegisteredClient
  before(async () => {
    world = await open({ audience: [ORDERS, REFUNDS], refreshOverlapSeconds: 0 })
    person = await world.server.person()
    registered = await world.client()
  })
  after(() => world[Symbol.asyncDispose]())

  async function ask(fields: Fields, headers: Fields = basic(registered), query: string = ''): Promise<Answer> {
    const response = await fetch(`${world.url}/oauth/token${query}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ grant_type: 'refresh_token', ...fields }),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
  }

  async function refreshTokenOf(change: Fields = everything, by = registered, who = person): Promise<string> {
    const { refresh_token: token = '' } = await world.tokens(who, by, change)
    return token
  }

  /** Refreshes twice, by either way, and asserts that nobody could tell which. @returns the quick one, and the refresh token after both. */
  async function assertAlike(refreshToken: string, fields: Fields = {}, headers?: Fields): Promise<readonly [Answer, string]> {
    const quick = await ask({ ...fields, refresh_token: refreshToken }, headers)
    assert.equal(quick.status, 200, quick.body['error_description'])
    const slow = await ask({ ...fields, refresh_token: quick.body['refresh_token'] ?? '', ...byLibrary }, headers)
    assert.deepEqual([isOfLibrary(quick), isOfLibrary(slow)], [false, true])
    const shape = ({ body, status }: Answer) => ({
      status,
      ...body,
      access_token: '',
      refresh_token: '',
      id_token: typeof body['id_token'],
    })
    assert.deepEqual(shape(quick), shape(slow))
    for (const name of ['content-type', 'cache-control']) assert.equal(quick.headers.get(name), slow.headers.get(name), name)
    const stable = (token: string | undefined) => {
      if (token === undefined) return undefined
      const { jti: _jti, iat, exp, ...claims } = claimsOf(token)
      const { typ: _typ, ...header } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
      return { header, life: exp - iat, ...claims }
    }
    for (const name of ['access_token', 'id_token']) assert.deepEqual(stable(quick.body[name]), stable(slow.body[name]), name)
    return [quick, slow.body['refresh_token'] ?? '']
  }

  test('[D01] [D02] its answer and its tokens are those of the library, and each goes on with what the other has handed out', async () => {
    const [quick, next] = await assertAlike(await refreshTokenOf())
    const { aud, scope, sid, client_id: id } = claimsOf(quick.body['access_token'] ?? '')
    assert.deepEqual([aud, scope, id], [ORDERS, 'openid profile email orders:read', registered.id])
    assert.equal(typeof sid, 'string')
    assert.deepEqual(claimsOf(quick.body['id_token'] ?? '').email, person.email)
    const [, last] = await assertAlike(next)
    assert.equal((await ask({ refresh_token: last })).status, 200)
  })

  test('[D01] [D08] the same for less than was given, for another audience, offline, without OpenID Connect, and for a client that keeps no secret', async () => {
    const token = await refreshTokenOf()
    const [less, next] = await assertAlike(token, { scope: 'orders:read email' })
    assert.deepEqual([less.body['scope'], less.body['id_token']], ['email orders:read', undefined])
    assert.equal((await ask({ refresh_token: next })).body['scope'], 'openid profile email orders:read')
    await assertAlike(await refreshTokenOf({ scope: 'orders:read', resource: REFUNDS }), { resource: REFUNDS })
    const lasting = await refreshTokenOf({ scope: 'openid orders:read offline_access', prompt: 'consent' })
    const [offline] = await assertAlike(lasting, {}, basic(registered))
    assert.equal(claimsOf(offline.body['access_token'] ?? '').sid, undefined)
    const app = await world.client({ kind: 'native' })
    await assertAlike(await refreshTokenOf(everything, app), { client_id: app.id }, {})
    const told = await world.client({ backchannel_logout_uri: 'https://orders.example/logout' })
    const [known] = await assertAlike(await refreshTokenOf(everything, told), {}, basic(told))
    const { sid } = claimsOf(known.body['id_token'] ?? '')
    assert.equal(sid, claimsOf(known.body['access_token'] ?? '').sid)
  })

  test('[D01] [D08] by either way to show the secret, encoded or not, and by either judge', async () => {
    let token = await refreshTokenOf()
    const { id, secret = '' } = registered
    const encoded = (text: string) => text.replace(/[-_]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    const ways: readonly (readonly [Fields, Fields])[] = [
      [{ client_id: id, client_secret: secret }, {}],
      [{}, basic({ id: encoded(id), secret: encoded(secret) })],
      [{ client_id: id }, basic(registered)],
    ]
    for (const [fields, headers] of ways) {
      const answer = await ask({ refresh_token: token, ...fields }, headers)
      assert.deepEqual([answer.status, answer.status === 200 && isOfLibrary(answer)], [200, false])
      token = answer.body['refresh_token'] ?? ''
    }
    const config = await world.configured(registered)
    const judged = await client.refreshTokenGrant(config, token)
    assert.equal(judged.claims()?.sub, person.user.id)
    assert.match(claimsOf(judged.access_token).jti, OWN_ID)
  })

  test('[D01] [B13] the token says how much of the log was seen, and dies with what ends afterwards', async () => {
    const answer = await ask({ refresh_token: await refreshTokenOf() })
    const { rev } = claimsOf(answer.body['access_token'] ?? '')
    const { status, body } = await world.server.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: person.refresh_token } })
    assert.equal(status, 200)
    person = { ...person, ...body }
    assert.equal(rev, claimsOf(body.access_token).rev)
    const token = answer.body['access_token'] ?? ''
    const examined = async () => {
      const config = await world.configured(registered)
      return (await client.tokenIntrospection(config, token)).active
    }
    assert.equal(await examined(), true)
    const [grant] = (await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })).body.grants.filter(
      (each: { client: { id: string } }) => each.client.id === registered.id,
    )
    await world.server.ask('DELETE', `/v1/me/grants/${grant.id}`, { token: person.access_token })
    assert.equal(await examined(), false)
  })

  // What is refused: the table of RFC 6749 sections 5.2 and 6, RFC 9700 section 4.14. The library has the last word on all of it.
  const wrongSecret = () => basic({ ...registered, secret: `${registered.secret?.slice(0, -1)}!` })
  const refusals: readonly (readonly [what: string, make: () => Promise<readonly [Fields, Fields]>, error: string])[] = [
    ['a wrong secret', async () => [{ refresh_token: await refreshTokenOf() }, wrongSecret()], 'invalid_client'],
    ['no secret', async () => [{ refresh_token: await refreshTokenOf(), client_id: registered.id }, {}], 'invalid_client'],
    [
      'a secret in two places',
      async () => [{ refresh_token: await refreshTokenOf(), client_secret: registered.secret ?? '' }, basic(registered)],
      'invalid_request',
    ],
    [
      'two names',
      async () => [{ refresh_token: await refreshTokenOf(), client_id: (await world.client()).id }, basic(registered)],
      'invalid_request',
    ],
    ['a secret of who keeps none', secretOfNative, 'invalid_client'],
    ['the token of another client', async () => [{ refresh_token: await refreshTokenOf() }, basic(await world.client())], 'invalid_grant'],
    [
      'a client without the grant',
      async () => [
        { refresh_token: await refreshTokenOf() },
        basic(await world.client({ redirect_uris: [], grant_types: ['client_credentials'] })),
      ],
      'invalid_request',
    ],
    [
      'a scope that was not given',
      async () => [{ refresh_token: await refreshTokenOf(), scope: 'orders:admin' }, basic(registered)],
      'invalid_scope',
    ],
    [
      'an audience that was not given',
      async () => [{ refresh_token: await refreshTokenOf(), resource: REFUNDS }, basic(registered)],
      'invalid_target',
    ],
    ['an unknown token', async () => [{ refresh_token: 'x'.repeat(43) }, basic(registered)], 'invalid_grant'],
    ['no token', async () => [{}, basic(registered)], 'invalid_request'],
    [
      'an access token',
      async () => [{ refresh_token: (await world.tokens(person, registered)).access_token }, basic(registered)],
      'invalid_grant',
    ],
    [
      'a secret that is shown in an odd way',
      async () => [{ refresh_token: await refreshTokenOf() }, { authorization: basic(registered).authorization.replace(' ', '  ') }],
      'invalid_request',
    ],
    [
      'an attestation beside the secret',
      async () => [{ refresh_token: await refreshTokenOf() }, { ...basic(registered), 'oauth-client-attestation': 'x' }],
      'invalid_request',
    ],
    ['a broken proof', async () => [{ refresh_token: await refreshTokenOf() }, { ...basic(registered), dpop: 'x' }], 'invalid_dpop_proof'],
    ['a client that must bind its tokens by now', () => changed({ requires_dpop: true }), 'invalid_grant'],
    ['a client that is disabled', () => changed({ disabled: true }), 'invalid_client'],
    ['a client that may not refresh any more', () => changed({ grant_types: ['authorization_code'] }), 'invalid_request'],
    ['a person who is suspended', suspended, 'invalid_grant'],
    ['a session that has ended', signedOut, 'invalid_grant'],
    ['a consent that was taken back', withdrawn, 'invalid_grant'],
  ]

  async function secretOfNative(): Promise<readonly [Fields, Fields]> {
    const app = await world.client({ kind: 'native' })
    return [{ refresh_token: await refreshTokenOf(everything, app) }, basic({ id: app.id, secret: registered.secret })]
  }
  async function changed(change: object): Promise<readonly [Fields, Fields]> {
    const other = await world.client()
    const token = await refreshTokenOf(everything, other)
    assert.equal((await world.server.local('PATCH', `/v1/clients/${other.id}`, change)).status, 200)
    return [{ refresh_token: token }, basic(other)]
  }
  async function suspended(): Promise<readonly [Fields, Fields]> {
    const other = await world.server.person()
    const token = await refreshTokenOf(everything, registered, other)
    assert.equal((await world.server.local('PATCH', `/v1/users/${other.user.id}`, { status: 'suspended' })).status, 200)
    return [{ refresh_token: token }, basic(registered)]
  }
  async function signedOut(): Promise<readonly [Fields, Fields]> {
    const { browser, refresh_token: token = '' } = await world.tokens(person, registered, everything)
    await browser.submit(await browser.open('/account'), 'sign_out')
    return [{ refresh_token: token }, basic(registered)]
  }
  async function withdrawn(): Promise<readonly [Fields, Fields]> {
    const other = await world.server.person()
    const token = await refreshTokenOf(everything, registered, other)
    const { body } = await world.server.ask('GET', '/v1/me/grants', { token: other.access_token })
    await world.server.ask('DELETE', `/v1/me/grants/${body.grants[0].id}`, { token: other.access_token })
    return [{ refresh_token: token }, basic(registered)]
  }

  for (const [what, make, error] of refusals) {
    testOnce(`[D01] [D08] ${what}: refused as the library refuses it, and nothing is handed out`, async () => {
      const [fields, headers] = await make()
      const quick = await ask(fields, headers)
      assert.deepEqual([quick.status >= 400 && quick.status < 500, quick.body['error']], [true, error])
      assert.deepEqual([quick.body['access_token'], quick.body['refresh_token'], quick.body['id_token']], [undefined, undefined, undefined])
      const slow = await ask({ ...fields, ...byLibrary }, headers)
      assert.deepEqual([slow.status, slow.body], [quick.status, quick.body])
    })
  }

  test('[D01] [I01] a token that was used before ends all under its consent, whichever way used it', async () => {
    for (const way of [{}, byLibrary]) {
      const used = await refreshTokenOf()
      const { body } = await ask({ refresh_token: used, ...way })
      assert.equal((await ask({ refresh_token: used })).body['error'], 'invalid_grant')
      assert.equal((await ask({ refresh_token: body['refresh_token'] ?? '' })).body['error'], 'invalid_grant')
      assert.equal((await client.tokenIntrospection(await world.configured(registered), body['access_token'] ?? '')).active, false)
    }
  })

  testOnce('[J04] a refresh leaves no record; a refresh token in two hands does, and one that its client gives back', async () => {
    const { body: before } = await world.server.local('GET', '/v1/audit-events/head')
    const used = await refreshTokenOf()
    await ask({ refresh_token: used })
    await ask({ refresh_token: used })
    const another = await refreshTokenOf()
    await ask({ refresh_token: another })
    await ask({ refresh_token: another }, undefined, '?not=the token endpoint')
    await client.tokenRevocation(await world.configured(registered), await refreshTokenOf())
    const { body } = await world.server.local('GET', '/v1/audit-events?limit=20')
    const records: readonly {
      position: number
      operation: string
      actor: { kind: string; id: string | null }
      outcome: string
      target: { kind: string }
    }[] = body.audit_events
    const since = records.filter(({ position }) => position > before.position).reverse()
    const told = since.map(({ operation, actor, target, outcome }) => [operation, actor.kind, actor.id, target.kind, outcome])
    assert.deepEqual(
      told.filter(([operation]) => operation !== 'signIn' && operation !== 'allowClient'),
      [
        ['endStolenGrant', 'server', null, 'grant', 'done'],
        ['endStolenGrant', 'server', null, 'grant', 'done'],
        ['endGrantOfClient', 'client', registered.id, 'grant', 'done'],
      ],
    )
  })

  test('[D04] a scope that only a role brings goes with the role', async () => {
    const other = await world.server.person()
    const given = async (roles: readonly string[]) => {
      assert.equal((await world.server.local('PATCH', `/v1/users/${other.user.id}`, { roles })).status, 200)
      const { body } = await ask({ refresh_token: token })
      token = body['refresh_token'] ?? ''
      return body['scope']
    }
    assert.equal((await world.server.local('PATCH', `/v1/users/${other.user.id}`, { roles: ['staff'] })).status, 200)
    let token = await refreshTokenOf({ scope: 'orders:read orders:write' }, registered, other)
    assert.equal(await given(['staff', 'clerk']), 'orders:read orders:write')
    assert.equal(await given([]), 'orders:read')
    assert.equal(await given(['staff']), 'orders:read orders:write')
  })

  test('[D02] single claims that were asked for, and a key that tokens are bound to, are the library’s', async () => {
    const claims = JSON.stringify({ id_token: { auth_time: { essential: true } }, userinfo: { email: null } })
    const asked = await ask({ refresh_token: await refreshTokenOf({ ...everything, claims }) })
    assert.equal(isOfLibrary(asked), true)
    assert.equal(typeof claimsOf(asked.body['id_token'] ?? '').auth_time, 'number')
    const app = await world.client({ kind: 'native', requires_dpop: true })
    const config = await world.configured(app)
    const { back, checks } = await world.consented(person, app, everything)
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const { refresh_token: token = '' } = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP })
    const stolen = await ask({ refresh_token: token, client_id: app.id }, {})
    assert.deepEqual([stolen.status, stolen.body['error']], [400, 'invalid_grant'])
    const { access_token: bound } = await client.refreshTokenGrant(config, token, undefined, { DPoP })
    assert.equal(typeof claimsOf(bound).cnf.jkt, 'string')
  })
})
