import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newSecret, systemRandom } from 'countersign/core'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { claimsOf, follow, OAuthWorld, onEachDatabase, postgresDatabase, REDIRECT, refusedWith } from './oauth-world.ts'

const AT_ONCE = 64
const REGISTRATION = { oauthRegistration: 'token' } as const

interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  readonly body: any
  readonly headers: Headers
}

async function ask(method: string, url: string, token: string | undefined, body?: unknown): Promise<Reply> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const response = await fetch(url, { method, headers, ...sent })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
}

/** An initial access token. */
async function invited(world: OAuthWorld, change: object = {}): Promise<string> {
  const made = await world.server.local('POST', '/v1/client-invitations', { scopes: ['orders:read', 'orders:write'], ...change })
  assert.equal(made.status, 201, made.text)
  return made.body.initial_access_token
}

const register = (world: OAuthWorld, token: string | undefined, metadata: unknown): Promise<Reply> =>
  ask('POST', `${world.url}/oauth/register`, token, metadata)

/** A client that has registered by itself, and what it may look after itself with. */
async function registered(world: OAuthWorld, metadata: object = {}, change: object = {}) {
  const { status, body } = await register(world, await invited(world, change), {
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    ...metadata,
  })
  assert.equal(status, 201, JSON.stringify(body))
  const { client_id, client_secret, registration_access_token: token, registration_client_uri: uri } = body
  return { id: client_id as string, secret: client_secret as string, token: token as string, uri: uri as string, body }
}

onEachDatabase('clients that register by themselves', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open(REGISTRATION)
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D08] a client registers by itself, and a person is warned before they allow it something', async () => {
    const person = await world.server.person()
    const metadata = {
      redirect_uris: ['https://orders.example/callback', REDIRECT],
      client_name: 'Harbour „Orders“',
      client_uri: 'https://orders.example/about',
      policy_uri: 'https://orders.example/policy',
      logo_uri: 'https://orders.example/logo.png',
      contacts: ['ops@orders.example'],
      scope: 'openid email orders:read',
      'client_name#de': 'passed over',
    }
    const config = await client.dynamicClientRegistration(new URL(world.url), metadata, undefined, {
      initialAccessToken: await invited(world),
      execute: [client.allowInsecureRequests],
    })
    const known = config.clientMetadata()
    assert.deepEqual(
      [
        known['client_name'],
        known.token_endpoint_auth_method,
        known['grant_types'],
        known['client_secret_expires_at'],
        known['client_name#de'],
      ],
      ['Harbour „Orders“', 'client_secret_basic', ['authorization_code'], 0, undefined],
    )
    assert.equal(config.serverMetadata().registration_endpoint, `${world.url}/oauth/register`)
    const { to, checks } = await world.begin(config, { redirect_uri: 'https://orders.example/callback' })
    const browser = await world.browser(person.email)
    const { page } = await follow(browser, world.url, to)
    assert.match(page.text, /Nobody here has checked this app\./)
    assert.match(page.text, /You are then sent to orders\.example/)
    assert.match(page.html, /<a href="https:\/\/orders\.example\/policy" rel="noopener noreferrer" target="_blank">/)
    assert.doesNotMatch(page.html, /logo\.png/)
    const { url } = await follow(browser, world.url, await browser.send(page, 'allow'))
    const tokens = await client.authorizationCodeGrant(config, url ?? new URL(REDIRECT), checks)
    assert.deepEqual([claimsOf(tokens.access_token).client_id, tokens.refresh_token], [known.client_id, undefined])
    // It may lead elsewhere the next time: what was allowed is asked again, until an operator stands by it.
    const again = async () => (await follow(browser, world.url, (await world.begin(config, { prompt: 'none' })).to)).url?.searchParams
    assert.equal((await again())?.get('error'), 'consent_required')
    assert.equal((await world.server.local('PATCH', `/v1/clients/${known.client_id}`, { verified: true })).status, 200)
    assert.equal((await again())?.has('code'), true)
  })

  test('[D08] another judge: a public client registers, signs somebody in, and looks at itself', async () => {
    const issuer = new URL(world.url)
    const allow = { [oauth.allowInsecureRequests]: true }
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, allow))
    const asked = {
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      dpop_bound_access_tokens: false,
    }
    const initialAccessToken = await invited(world, { kinds: ['native'] })
    const response = await oauth.dynamicClientRegistrationRequest(as, asked, { initialAccessToken, ...allow })
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const made = await oauth.processDynamicClientRegistrationResponse(response)
    assert.deepEqual([made.client_secret, made['application_type'], made['response_types']], [undefined, 'native', ['code']])
    const tokens = await world.tokens(await world.server.person(), { id: made.client_id, secret: undefined })
    assert.equal(claimsOf(tokens.access_token).client_id, made.client_id)
    const itself = await ask('GET', String(made['registration_client_uri']), String(made['registration_access_token']))
    assert.deepEqual([itself.status, itself.body], [200, { ...made }])
  })

  test('[D08] a client that proves itself by its key registers that', async () => {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, grant_types: ['client_credentials'] }
    const { id, secret } = await registered(world, { ...metadata, redirect_uris: [] }, { grant_types: ['client_credentials'] })
    assert.equal(secret, undefined)
    const config = await world.configured({ id, secret }, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }))
    const { scope } = claimsOf((await client.clientCredentialsGrant(config, { scope: 'orders:read' })).access_token)
    assert.equal(scope, 'orders:read')
    const privateKey = { ...(await crypto.subtle.exportKey('jwk', keys.privateKey)), kid: 'k1' }
    const kept = await register(world, await invited(world), { ...metadata, redirect_uris: [REDIRECT], jwks: { keys: [privateKey] } })
    assert.deepEqual([kept.status, kept.body.error], [400, 'invalid_client_metadata'])
    const token = await invited(world)
    for (const odd of [{ kid: 7 }, { use: {} }, { alg: [] }, { key_ops: 'verify' }, { x5c: 'MII' }]) {
      const odds = { ...metadata, redirect_uris: [REDIRECT], grant_types: ['authorization_code'], jwks: { keys: [{ ...jwk, ...odd }] } }
      assert.equal((await register(world, token, odds)).body.error, 'invalid_client_metadata', JSON.stringify(odd))
    }
    const elsewhere = {
      redirect_uris: ['com.example.app://bank.example/callback'],
      backchannel_logout_uri: 'https://bank.example/logout',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }
    const called = await register(world, await invited(world, { kinds: ['native'] }), elsewhere)
    assert.match(called.body.error_description ?? '', /must be on the host of a redirect address/)
  })

  test('[D08] what would be unsafe, or is more than the token allows, is refused and uses nothing', async () => {
    const token = await invited(world, { scopes: ['orders:read'] })
    const good = { redirect_uris: ['https://orders.example/callback'] }
    const metadata = 'invalid_client_metadata'
    for (const [change, error] of [
      [{ redirect_uris: undefined }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['http://orders.example/callback'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://*.example/callback'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://orders.example/#x'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://a;b.example/'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ["https://'self'.example/"] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://me:pw@orders.example/'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://ordérs.example/'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: 'https://orders.example/callback' }, 'invalid_redirect_uri'],
      [{ token_endpoint_auth_method: 'none' }, metadata],
      [{ token_endpoint_auth_method: 'client_secret_jwt' }, metadata],
      [{ token_endpoint_auth_method: 'private_key_jwt' }, metadata],
      [{ application_type: 'native' }, metadata],
      [{ application_type: 'desktop' }, metadata],
      [{ grant_types: ['implicit'] }, metadata],
      [{ grant_types: ['password'] }, metadata],
      [{ grant_types: ['client_credentials'], redirect_uris: [] }, metadata],
      [{ response_types: ['token'] }, metadata],
      [{ response_types: ['code', 'code id_token'] }, metadata],
      [{ scope: 'orders:write' }, metadata],
      [{ client_name: 'Evil \u202egnp.exe' }, metadata],
      [{ client_name: '\u200b \u2060\u3164' }, metadata],
      [{ client_name: 'One\u2028Two' }, metadata],
      [{ client_name: 7 }, metadata],
      [{ client_uri: 'http://orders.example/' }, metadata],
      [{ client_uri: 'javascript:alert(1)' }, metadata],
      [{ logo_uri: 'https://bank.example/logo.png' }, metadata],
      [{ policy_uri: 'https://orders.example.evil.example/' }, metadata],
      [{ tos_uri: 'https://a:b@orders.example/' }, metadata],
      [{ contacts: ['nobody'] }, metadata],
      [{ post_logout_redirect_uris: ['http://orders.example/bye'] }, metadata],
      [{ backchannel_logout_uri: 'https://somebody-else.example/logout' }, metadata],
      [{ jwks_uri: 'https://orders.example/jwks.json' }, metadata],
      [{ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }, token_endpoint_auth_method: 'private_key_jwt' }, metadata],
      [{ jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }, token_endpoint_auth_method: 'private_key_jwt' }, metadata],
      [{ subject_type: 'pairwise' }, metadata],
      [{ id_token_signed_response_alg: 'none' }, metadata],
      [{ registration_access_token: 'mine' }, metadata],
      [{ software_statement: 'eyJhbGciOiJub25lIn0.e30.' }, 'unapproved_software_statement'],
    ] as const) {
      const { status, body, headers } = await register(world, token, { ...good, ...change })
      assert.deepEqual([status, body.error], [400, error], JSON.stringify(change))
      assert.match(body.error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, 'RFC 6749 section 5.2')
      assert.equal(headers.get('cache-control'), 'no-store')
    }
    assert.equal((await register(world, token, ['no object'])).status, 400)
    assert.equal((await register(world, token, { ...good, client_name: 'x'.repeat(70_000) })).status, 413)
    assert.equal((await register(world, token, good)).status, 201)
    assert.equal((await register(world, token, good)).status, 401)
  })

  test('[D08] nobody registers without a token, nor with one that is wrong, of another kind, or taken back', async () => {
    const good = { redirect_uris: [REDIRECT] }
    const token = await invited(world, { uses: 3 })
    const refused = async (shown: string | undefined): Promise<string | null> => {
      const { status, body, headers } = await register(world, shown, good)
      assert.deepEqual([status, body.error], [401, 'invalid_token'], shown)
      return headers.get('www-authenticate')
    }
    assert.equal(await refused(undefined), 'Bearer')
    const past = await world.server.local('POST', '/v1/client-invitations', { expires_at: '2020-01-01T00:00:00Z' })
    assert.equal(past.status, 400)
    const { id, secret, token: own } = await registered(world)
    for (const wrong of [`${token.slice(0, -1)}x`, 'x', own, secret, (await world.server.person()).access_token.slice(0, 200)]) {
      assert.equal(await refused(wrong), 'Bearer error="invalid_token"')
    }
    assert.equal((await register(world, token, good)).status, 201)
    const listed = await world.server.local('GET', '/v1/client-invitations')
    assert.doesNotMatch(listed.text, /cs_iat_|hash\w*":/)
    assert.deepEqual(await answered(world), [true, true])
    const mine = listed.body.client_invitations.find((each: { uses_left: number }) => each.uses_left === 2)
    assert.deepEqual([mine.kinds, mine.grant_types], [['confidential'], ['authorization_code', 'refresh_token']])
    assert.equal((await world.server.local('DELETE', `/v1/client-invitations/${mine.id}`)).status, 204)
    assert.equal((await world.server.local('DELETE', `/v1/client-invitations/${mine.id}`)).status, 404)
    await refused(token)
    const shown = (await world.server.local('GET', '/v1/clients')).body.clients.find((each: { id: string }) => each.id === id)
    assert.match(shown.invitation, /^inv_/)
    assert.equal(shown.verified, false)
    assert.doesNotMatch(world.server.lines.join('\n'), /cs_(?:iat|rat|cli)_/)
  })

  test('[D08] a client looks after itself (RFC 7592): what it leaves out is gone, what it loses ends its tokens, and it may leave', async () => {
    const person = await world.server.person()
    const made = await registered(world, { client_name: 'Orders', post_logout_redirect_uris: ['https://orders.example/bye'] })
    const other = await registered(world)
    const { access_token: accessToken, refresh_token: refreshToken = '', config } = await world.tokens(person, made)
    const introspected = async (): Promise<boolean> => (await client.tokenIntrospection(config, accessToken)).active
    assert.equal(await introspected(), true)
    const good = {
      client_id: made.id,
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'orders:read',
    }
    for (const [change, error] of [
      [{ client_id: other.id }, 'invalid_client_metadata'],
      [{ client_secret: other.secret }, 'invalid_client_metadata'],
      [{ client_secret_expires_at: 0 }, 'invalid_client_metadata'],
      [{ token_endpoint_auth_method: 'none' }, 'invalid_client_metadata'],
      [{ scope: 'orders:read admin' }, 'invalid_client_metadata'],
      [{ redirect_uris: ['http://orders.example/'] }, 'invalid_redirect_uri'],
    ] as const) {
      const { status, body } = await ask('PUT', made.uri, made.token, { ...good, ...change })
      assert.deepEqual([status, body.error], [400, error], JSON.stringify(change))
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await ask(method, made.uri, other.token, method === 'PUT' ? good : undefined)
      assert.deepEqual([status, body.error], [401, 'invalid_token'], method)
    }
    for (const [method, url, allow] of [
      ['POST', made.uri, 'GET, HEAD, PUT, DELETE'],
      ['GET', `${world.url}/oauth/register`, 'POST'],
    ] as const) {
      const { status, headers } = await ask(method, url, made.token)
      assert.deepEqual([status, headers.get('allow')], [405, allow], method)
    }
    assert.equal((await fetch(made.uri, { method: 'HEAD', headers: { authorization: `Bearer ${made.token}` } })).status, 200)
    assert.equal(await introspected(), true)
    const { status, body } = await ask('PUT', made.uri, made.token, { ...good, client_secret: made.secret, client_name: null })
    assert.deepEqual(
      [status, body.client_name, body.post_logout_redirect_uris, body.registration_access_token, body.client_secret],
      [200, '127.0.0.1:9', [], made.token, undefined],
    )
    assert.equal(body.scope, 'openid profile email offline_access orders:read')
    assert.equal(await introspected(), false)
    const { access_token: next } = await client.refreshTokenGrant(config, refreshToken)
    assert.equal(claimsOf(next).scope, 'openid email orders:read')
    assert.equal((await ask('DELETE', made.uri, made.token)).status, 204)
    assert.equal((await ask('GET', made.uri, made.token)).status, 401)
    assert.equal(await refusedWith(client.clientCredentialsGrant(config)), 'invalid_client')
  })

  test('[D08] an operator changes a client, and stands by one that has registered by itself', async () => {
    const made = await registered(world, { client_name: 'Orders', scope: 'orders:read orders:write' })
    const path = `/v1/clients/${made.id}`
    const change = (body: object) => world.server.local('PATCH', path, body)
    const narrowed = await change({ name: 'Harbour', scopes: ['orders:read'], verified: true, client_uri: 'https://harbour.example/' })
    assert.deepEqual(
      [narrowed.status, narrowed.body.name, narrowed.body.scopes, narrowed.body.verified, narrowed.body.client_uri],
      [200, 'Harbour', ['orders:read'], true, 'https://harbour.example/'],
    )
    const { page } = await follow(
      await world.browser((await world.server.person()).email),
      world.url,
      (await world.begin(await world.configured(made))).to,
    )
    assert.match(page.text, /Allow Harbour\?/)
    assert.doesNotMatch(page.text, /Nobody here has checked/)
    // What was taken away, the client does not take back; and what it changes, nobody stands by.
    const own = { client_id: made.id, redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'] }
    assert.equal((await ask('PUT', made.uri, made.token, { ...own, scope: 'orders:write' })).status, 400)
    assert.equal((await ask('PUT', made.uri, made.token, own)).status, 200)
    const { body: changed } = await change({ contacts: ['ops@orders.example'] })
    assert.deepEqual(
      [changed.verified, changed.scopes, changed.contacts, changed.client_uri],
      [false, ['orders:read'], ['ops@orders.example'], null],
    )
    for (const [body, status] of [
      [{}, 400],
      [{ kind: 'public' }, 400],
      [{ redirect_uris: ['http://orders.example/'] }, 400],
      [{ client_uri: 'https://elsewhere.example/' }, 400],
      [{ jwks: { keys: [{ kty: 'EC' }] } }, 400],
      [{ disabled: true }, 200],
    ] as const) {
      assert.equal((await change(body)).status, status, JSON.stringify(body))
    }
    assert.equal((await ask('GET', made.uri, made.token)).status, 401)
    const plain = await world.client()
    assert.equal((await world.server.local('PATCH', `/v1/clients/${plain.id}`, { verified: true })).status, 400)
    assert.equal((await world.server.local('PATCH', '/v1/clients/cli_unknown', { name: 'x' })).status, 404)
    const names = Array.from({ length: 4 }, (_, n) => ({ name: `Name ${n}` }))
    const both = await Promise.all([...names, { scopes: [] }].map((body) => world.server.local('PATCH', `/v1/clients/${plain.id}`, body)))
    assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200]))
    const { body: last } = await world.server.local('PATCH', `/v1/clients/${plain.id}`, { disabled: false })
    assert.deepEqual([last.scopes, /^Name \d$/.test(last.name)], [[], true])
  })
})

suite('registration on two servers, and on one that has it not', () => {
  test(`[D08] [I01] of ${AT_ONCE} registrations with a token for one, on two servers, one is made`, async () => {
    const database = await postgresDatabase()
    const secret = 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx'
    await using first = await OAuthWorld.open({ ...REGISTRATION, database, secret })
    await using second = await OAuthWorld.open({ ...REGISTRATION, database, secret, issuer: first.url, host: '127.0.0.1' })
    const token = await invited(first)
    const replies = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => register(n % 2 === 0 ? first : second, token, { redirect_uris: [REDIRECT] })),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.equal(replies.filter(({ status, body }) => status === 401 && body.error === 'invalid_token').length, AT_ONCE - 1)
    assert.equal((await second.server.local('GET', '/v1/clients')).body.clients.length, 1)
  })

  test('[D08] [H02] whoever tries tokens that nobody has made is held up, and so is a client that changes itself all the time', async () => {
    await using world = await OAuthWorld.open(REGISTRATION)
    const made = await registered(world)
    const good = { redirect_uris: [REDIRECT] }
    const statuses: number[] = []
    while (!statuses.includes(429) && statuses.length < 30) {
      statuses.push((await register(world, newSecret('cs_iat', systemRandom), good)).status)
    }
    assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429])
    assert.equal((await register(world, await invited(world), good)).status, 201)
    assert.equal((await register(world, newSecret('cs_iat', systemRandom), good)).headers.get('retry-after') === null, false)
    const own = { client_id: made.id, ...good }
    const changes: number[] = []
    while (!changes.includes(429) && changes.length < 30) changes.push((await ask('PUT', made.uri, made.token, own)).status)
    assert.deepEqual([changes[0], changes.at(-1)], [200, 429])
    assert.equal((await ask('GET', made.uri, made.token)).status, 200)
  })

  test('[D08] it is off unless it is switched on: nothing is there, and nothing says so', async () => {
    await using world = await OAuthWorld.open()
    const token = await invited(world)
    const { status } = await register(world, token, { redirect_uris: [REDIRECT] })
    assert.equal(status, 404)
    const discovered = await ask('GET', `${world.url}/.well-known/openid-configuration`, undefined)
    assert.equal('registration_endpoint' in discovered.body, false)
    assert.deepEqual(await answered(world), [true, false])
  })

  test('[D08] operators may register clients where none is let in, and are told so', async () => {
    await using world = await OAuthWorld.open({ oauth: false })
    const { id } = await world.client()
    assert.equal((await world.server.local('GET', '/v1/clients')).body.clients[0].id, id)
    assert.deepEqual(await answered(world), [false, false])
  })
})

/** Whether applications are let in, and whether they can register. */
const answered = async ({ server }: OAuthWorld): Promise<readonly boolean[]> => [
  (await server.local('GET', '/v1/clients')).body.answered,
  (await server.local('GET', '/v1/client-invitations')).body.answered,
]
