import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { claimsOf, DEVICE_GRANT, OAuthWorld, REDIRECT } from './oauth-world.ts'

const AT_ONCE = 64

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

/** Two servers on one database, and who asks both at once. */
suite('redeemed once, by whichever of two servers is asked', () => {
  let postgres: PostgresServer
  let first: OAuthWorld
  let second: OAuthWorld
  let strict: OAuthWorld
  before(async () => {
    postgres = await startPostgres()
    const database = await postgres.createDatabase()
    const secret = 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx'
    first = await OAuthWorld.open({ database, secret })
    second = await OAuthWorld.open({ database, secret, issuer: first.url, host: '127.0.0.1' })
    strict = await OAuthWorld.open({ database, secret, issuer: first.url, refreshOverlapSeconds: 0 })
  })
  after(async () => {
    for (const world of [strict, second, first]) await world?.[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  async function post(
    base: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(`${base}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(fields) })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }

  const basic = ({ id, secret = '' }: { id: string; secret: string | undefined }) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  })

  const bothAtOnce = (ask: (base: string, n: number) => Promise<Answer>, worlds = [first, second]): Promise<readonly Answer[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(worlds[n % worlds.length]?.url ?? '', n)))

  function oneWon(answers: readonly Answer[], error = 'invalid_grant'): Answer {
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body['error']], [400, error])
    assert.ok(won[0] !== undefined)
    return won[0]
  }

  test(`[D01] [I01] of ${AT_ONCE} who redeem one code at once one gets tokens`, async () => {
    const registered = await first.client()
    const { back, checks } = await first.consented(await first.server.person(), registered)
    const code = back.searchParams.get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: checks.pkceCodeVerifier ?? '' }
    oneWon(await bothAtOnce((base) => post(base, fields, basic(registered))))
  })

  test(`[D01] of ${AT_ONCE} who refresh with one token at once all get the same successor, and no other`, async () => {
    const registered = await first.client()
    const { refresh_token = '' } = await first.tokens(await first.server.person(), registered)
    const answers = await bothAtOnce((base) => post(base, { grant_type: 'refresh_token', refresh_token }, basic(registered)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    const [successor, ...others] = new Set(answers.map(({ body }) => body['refresh_token'] ?? ''))
    assert.deepEqual([others, successor === refresh_token], [[], false])
    const next = await post(first.url, { grant_type: 'refresh_token', refresh_token: successor ?? '' }, basic(registered))
    assert.equal(next.status, 200)
    // The successor has been used: whoever shows the first one now has stolen it, or been stolen from.
    const stolen = await post(second.url, { grant_type: 'refresh_token', refresh_token }, basic(registered))
    assert.deepEqual([stolen.status, stolen.body['error']], [400, 'invalid_grant'])
    const last = await post(first.url, { grant_type: 'refresh_token', refresh_token: next.body['refresh_token'] ?? '' }, basic(registered))
    assert.deepEqual([last.status, last.body['error']], [400, 'invalid_grant'])
  })

  test(`[D01] without an overlap, of ${AT_ONCE} who refresh with one token at once one wins`, async () => {
    const registered = await first.client()
    const { refresh_token = '' } = await first.tokens(await first.server.person(), registered)
    oneWon(await bothAtOnce((base) => post(base, { grant_type: 'refresh_token', refresh_token }, basic(registered)), [strict]))
  })

  test(`[D08] of ${AT_ONCE} polls for one device that was allowed one gets tokens`, async () => {
    const person = await first.server.person()
    const registered = await first.client({ kind: 'native', redirect_uris: [], grant_types: [DEVICE_GRANT, 'refresh_token'] })
    const config = await first.configured(registered)
    const begun = await client.initiateDeviceAuthorization(config, { scope: 'orders:read' })
    const browser = await first.browser(person.email)
    await browser.submit(await browser.open(`/device?user_code=${begun.user_code}`), 'allow')
    const fields = { grant_type: DEVICE_GRANT, device_code: begun.device_code, client_id: registered.id }
    oneWon(await bothAtOnce((base) => post(base, fields)))
  })

  test(`[D03] of ${AT_ONCE} requests with one DPoP proof one gets a token`, async () => {
    const registered = await first.machine()
    const config = await first.configured(registered)
    let proof = ''
    config[client.customFetch] = (url, options) => {
      proof = new Headers(options.headers).get('dpop') ?? ''
      return Promise.reject(new TypeError(`${url} is not asked`))
    }
    const handle = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    await client.clientCredentialsGrant(config, undefined, { DPoP: handle }).catch(() => undefined)
    assert.notEqual(proof, '')
    const answers = await bothAtOnce((base) => post(base, { grant_type: 'client_credentials' }, { ...basic(registered), dpop: proof }))
    const won = oneWon(answers)
    assert.equal(typeof claimsOf(won.body['access_token'] ?? '').cnf.jkt, 'string')
  })
})
