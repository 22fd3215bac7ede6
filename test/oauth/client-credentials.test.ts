import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { claimsOf, onEachDatabase, type OAuthWorld, type RegisteredClient } from './oauth-world.ts'

type Form = readonly (readonly [string, string])[]

const plain: Form = [
  ['grant_type', 'client_credentials'],
  ['scope', 'orders:write orders:read'],
]
/** Of the protocol library, whose ids look otherwise. */
const isOfLibrary = (token: string): boolean => !/^jti_[\w-]{22}$/.test(claimsOf(token).jti)

onEachDatabase('client credentials, without the protocol library where nothing has to be asked', (open) => {
  let world: OAuthWorld
  let machine: RegisteredClient
  before(async () => {
    world = await open({ audience: ['https://orders.example', 'https://refunds.example'] })
    machine = await world.machine()
  })
  after(() => world[Symbol.asyncDispose]())

  const basic = ({ id, secret = '' }: RegisteredClient): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

  async function ask(form: Form, headers: Readonly<Record<string, string>> = { authorization: basic(machine) }, query = '') {
    const body = new URLSearchParams(form.map(([name, value]) => [name, value]))
    const response = await fetch(`${world.url}/oauth/token${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: body.toString(),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Readonly<Record<string, string>> }
  }

  test('[D02] its answer and its token are those of the library, but for what is new in each', async () => {
    const quick = await ask([...plain, ['resource', 'https://refunds.example']])
    const slow = await ask([...plain, ['resource', 'https://refunds.example'], ['unknown', 'x']])
    const [first, second] = [quick.body['access_token'] ?? '', slow.body['access_token'] ?? '']
    assert.deepEqual([isOfLibrary(first), isOfLibrary(second)], [false, true])
    assert.deepEqual({ ...quick.body, access_token: '' }, { ...slow.body, access_token: '' })
    // All that comes with every answer of the server, too. What the library says to pages of other origins is for those, whom it answers.
    const own = /^(?:date|x-request-id|content-length|vary|access-control-.+)$/
    const told = ({ headers }: typeof quick): unknown => [...headers].filter(([name]) => !own.test(name))
    assert.deepEqual(told(quick), told(slow))
    for (const { headers } of [quick, slow]) assert.match(headers.get('x-request-id') ?? '', /^req_[\w-]{16}$/)
    const header = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
    assert.deepEqual(header(first), header(second))
    const stable = ({ jti: _jti, iat, exp, ...claims }: ReturnType<typeof claimsOf>) => ({ ...claims, life: exp - iat })
    assert.deepEqual(stable(claimsOf(first)), stable(claimsOf(second)))
  })

  test('[D02] of many at once each gets a token of its own, which is as good as one that was asked for alone', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(plain)))
    const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`))
    const ids = answers.map(async ({ body }) => {
      const token = body['access_token'] ?? ''
      assert.equal(isOfLibrary(token), false)
      const { payload } = await jwtVerify(token, keys, { typ: 'at+jwt', subject: machine.id, audience: 'https://orders.example' })
      return payload.jti
    })
    assert.equal(new Set(await Promise.all(ids)).size, answers.length)
  })

  test('[D02] over TLS, with HSTS', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(machine) }
    const body = new URLSearchParams(plain.map(([name, value]) => [name, value])).toString()
    for (const secure of [true, false]) {
      const request = new Request('https://auth.example/oauth/token', { method: 'POST', headers, body })
      const response = await world.server.running.countersign.fetch(request, { address: '203.0.113.9', secure })
      assert.equal(response.status, 200)
      assert.equal(response.headers.has('strict-transport-security'), secure)
    }
  })

  test('[D02] by either way to show the secret, for the first audience where none is named', async () => {
    const form: Form = [...plain, ['client_id', machine.id], ['client_secret', machine.secret ?? '']]
    for (const { status, body } of [await ask(plain), await ask(form, {})]) {
      assert.equal(status, 200)
      assert.deepEqual(
        [isOfLibrary(body['access_token'] ?? ''), claimsOf(body['access_token'] ?? '').aud],
        [false, 'https://orders.example'],
      )
    }
  })

  test('[D02] what is not plainly to be granted is the library’s, and refused as it refuses', async () => {
    const own = { authorization: basic(machine) }
    const browser = await world.client()
    const bound = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], requires_dpop: true })
    const refused: readonly (readonly [string, Form, Readonly<Record<string, string>>, string])[] = [
      ['a wrong secret', plain, { authorization: basic({ ...machine, secret: `${machine.secret?.slice(0, -1)}!` }) }, 'invalid_client'],
      ['a secret of another client', plain, { authorization: basic({ id: machine.id, secret: browser.secret }) }, 'invalid_client'],
      ['an unknown client', plain, { authorization: basic({ id: 'cli_unknown', secret: machine.secret }) }, 'invalid_client'],
      ['a grant that it has not', plain, { authorization: basic(browser) }, 'invalid_request'],
      ['tokens that must be bound', plain, { authorization: basic(bound) }, 'invalid_grant'],
      ['the secret in two places', [...plain, ['client_id', machine.id], ['client_secret', machine.secret ?? '']], own, 'invalid_request'],
      ['no secret', plain, {}, 'invalid_request'],
      ['a parameter twice', [...plain, ['scope', 'orders:read']], own, 'invalid_request'],
      ['an audience that is none', [...plain, ['resource', 'https://elsewhere.example']], own, 'invalid_target'],
      ['a broken proof', plain, { ...own, dpop: 'x' }, 'invalid_dpop_proof'],
    ]
    for (const [what, form, headers, error] of refused) {
      const { status, body } = await ask(form, headers)
      assert.deepEqual([status >= 400 && status < 500, body['error'], body['access_token']], [true, error, undefined], what)
    }
    for (const scope of ['orders:read orders:admin', 'openid orders:read', '']) {
      const { body } = await ask([['grant_type', 'client_credentials'], ...(scope === '' ? [] : [['scope', scope] as const])], own)
      const given = body['access_token']
      assert.ok(given === undefined || isOfLibrary(given), scope)
      assert.doesNotMatch(body['scope'] ?? '', /admin/)
    }
    const queried = (await ask(plain, own, '?scope=orders:read')).body['access_token']
    assert.ok(queried === undefined || isOfLibrary(queried), 'a query')
    const scopes = ['orders:read', 'offline_access']
    const wide = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], scopes })
    const { body } = await ask([...plain.slice(0, 1), ['scope', scopes.join(' ')]], { authorization: basic(wide) })
    assert.ok(body['access_token'] === undefined || isOfLibrary(body['access_token']), 'a scope that is about a person')
  })

  test('[D02] a client that is disabled, and a secret whose time is over, get nothing', async () => {
    const other = await world.machine()
    const headers = { authorization: basic(other) }
    await world.server.local('PATCH', `/v1/clients/${other.id}`, { disabled: true })
    assert.equal((await ask(plain, headers)).body['error'], 'invalid_client')
    await world.server.local('PATCH', `/v1/clients/${other.id}`, { disabled: false })
    assert.equal((await ask(plain, headers)).status, 200)
    await world.server.local('POST', `/v1/clients/${other.id}/secret`, { overlap_seconds: 0 })
    assert.equal((await ask(plain, headers)).body['error'], 'invalid_client')
  })
})
