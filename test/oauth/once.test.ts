import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { AssertionIssuer } from './assertion-issuer.ts'
import { claimsOf, DEVICE_GRANT, OAuthWorld, postgresDatabase, REDIRECT } from './oauth-world.ts'

const AT_ONCE = 64

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

const SECRET = 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx'

/** SQLite has one server; of PostgreSQL there are two on one database, and who asks asks both at once. */
const databases: Readonly<Record<string, (options?: ServerOptions) => Promise<readonly [OAuthWorld, ...OAuthWorld[]]>>> = {
  SQLite: async (options = {}) => [await OAuthWorld.open(options)],
  PostgreSQL: async (options = {}) => {
    const shared = { ...options, database: await postgresDatabase(), secret: SECRET }
    const first = await OAuthWorld.open(shared)
    return [first, await OAuthWorld.open({ ...shared, issuer: first.url, host: '127.0.0.1' })]
  },
}

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

const atOnce = <Result>(worlds: readonly OAuthWorld[], ask: (base: string, n: number) => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(worlds[n % worlds.length]?.url ?? '', n)))

/** The protocol library looks at whatever has a parameter that nobody knows: half of what each server is asked goes that way. */
const eitherWay = (n: number): Readonly<Record<string, string>> => (n % 4 < 2 ? {} : { unknown: 'x' })

/** @param refused As the specification of what was redeemed has it. */
function oneWon(answers: readonly Answer[], refused: readonly [status: number, error: string] = [400, 'invalid_grant']): Answer {
  const won = answers.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body['error']], refused)
  assert.ok(won[0] !== undefined)
  return won[0]
}

for (const [database, open] of Object.entries(databases)) {
  suite(`redeemed once, by whichever server is asked, on ${database}`, () => {
    let worlds: readonly [OAuthWorld, ...OAuthWorld[]]
    let first: OAuthWorld
    before(async () => {
      worlds = await open({ refreshOverlapSeconds: 60 })
      first = worlds[0]
    })
    after(async () => {
      for (const world of worlds.toReversed()) await world[Symbol.asyncDispose]()
    })

    test(`[D01] [I01] of ${AT_ONCE} who redeem one code at once one gets tokens`, async () => {
      const registered = await first.client()
      const { back, checks } = await first.consented(await first.server.person(), registered)
      const code = back.searchParams.get('code') ?? ''
      const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: checks.pkceCodeVerifier ?? '' }
      oneWon(await atOnce(worlds, (base) => post(base, fields, basic(registered))))
    })

    test(`[D01] of ${AT_ONCE} who refresh with one token at once all get the same successor, and no other`, async () => {
      const registered = await first.client()
      const { refresh_token = '' } = await first.tokens(await first.server.person(), registered)
      const answers = await atOnce(worlds, (base, n) =>
        post(base, { grant_type: 'refresh_token', refresh_token, ...eitherWay(n) }, basic(registered)),
      )
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      const [successor, ...others] = new Set(answers.map(({ body }) => body['refresh_token'] ?? ''))
      assert.deepEqual([others, successor === refresh_token], [[], false])
      const next = await post(first.url, { grant_type: 'refresh_token', refresh_token: successor ?? '' }, basic(registered))
      assert.equal(next.status, 200)
      // The successor has been used: whoever shows the first one now has stolen it, or been stolen from.
      const stolen = await post(worlds.at(-1)?.url ?? '', { grant_type: 'refresh_token', refresh_token }, basic(registered))
      assert.deepEqual([stolen.status, stolen.body['error']], [400, 'invalid_grant'])
      const last = await post(
        first.url,
        { grant_type: 'refresh_token', refresh_token: next.body['refresh_token'] ?? '' },
        basic(registered),
      )
      assert.deepEqual([last.status, last.body['error']], [400, 'invalid_grant'])
    })

    test(`[D01] without an overlap, of ${AT_ONCE} who refresh with one token at once one wins`, async () => {
      const strict = await open({ refreshOverlapSeconds: 0 })
      try {
        const registered = await strict[0].client()
        const { refresh_token = '' } = await strict[0].tokens(await strict[0].server.person(), registered)
        oneWon(
          await atOnce(strict, (base, n) => post(base, { grant_type: 'refresh_token', refresh_token, ...eitherWay(n) }, basic(registered))),
        )
      } finally {
        for (const world of strict.toReversed()) await world[Symbol.asyncDispose]()
      }
    })

    test(`[D08] of ${AT_ONCE} polls for one device that was allowed one gets tokens`, async () => {
      const person = await first.server.person()
      const registered = await first.client({ kind: 'native', redirect_uris: [], grant_types: [DEVICE_GRANT, 'refresh_token'] })
      const config = await first.configured(registered)
      const begun = await client.initiateDeviceAuthorization(config, { scope: 'orders:read' })
      const browser = await first.browser(person.email)
      await browser.submit(await browser.open(`/device?user_code=${begun.user_code}`), 'allow')
      const fields = { grant_type: DEVICE_GRANT, device_code: begun.device_code, client_id: registered.id }
      oneWon(await atOnce(worlds, (base) => post(base, fields)))
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
      const answers = await atOnce(worlds, (base) =>
        post(base, { grant_type: 'client_credentials' }, { ...basic(registered), dpop: proof }),
      )
      const won = oneWon(answers)
      assert.equal(typeof claimsOf(won.body['access_token'] ?? '').cnf.jkt, 'string')
    })

    test(`[D01] of ${AT_ONCE} requests with one assertion of a client one gets a token`, async () => {
      const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
      const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }
      const registered = await first.client({ redirect_uris: [], grant_types: ['client_credentials'], jwks: { keys: [jwk] } })
      const config = await first.configured(registered, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }))
      let form: Readonly<Record<string, string>> = {}
      config[client.customFetch] = (url, { body }) => {
        form = Object.fromEntries(new URLSearchParams(String(body)))
        return Promise.reject(new TypeError(`${url} is not asked`))
      }
      await client.clientCredentialsGrant(config).catch(() => undefined)
      assert.notEqual(form['client_assertion'], undefined)
      oneWon(await atOnce(worlds, (base) => post(base, form)), [401, 'invalid_client'])
    })

    test(`[D02] of ${AT_ONCE} who show one assertion of a workload one gets a token`, async () => {
      await using issuer = await AssertionIssuer.open()
      const { id: service } = await first.server.service('jobs')
      const rule = { name: 'Jobs', issuer: issuer.url, jwks: issuer.jwks, subject: 'repo:acme/shop:*', service }
      assert.equal((await first.server.local('POST', '/v1/trust-rules', rule)).status, 201)
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await issuer.job(first.url) }
      oneWon(await atOnce(worlds, (base) => post(base, form)))
    })

    test(`[D01] [D03] of ${AT_ONCE} who begin with one pushed request one gets a code (RFC 9126)`, async () => {
      const person = await first.server.person()
      const registered = await first.client()
      const { config, browser } = await first.consented(person, registered)
      const pushed = await client.buildAuthorizationUrlWithPAR(config, {
        redirect_uri: REDIRECT,
        scope: 'openid email orders:read',
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      })
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answers = await atOnce(worlds, async (base) => {
        const { headers } = await fetch(base + pushed.pathname + pushed.search, { headers: { cookie }, redirect: 'manual' })
        return URL.parse(headers.get('location') ?? '')?.searchParams ?? new URLSearchParams()
      })
      const losers = answers.filter((query) => !query.has('code'))
      assert.deepEqual([losers.length, new Set(losers.map((query) => query.get('error')))], [AT_ONCE - 1, new Set(['invalid_request_uri'])])
    })
  })
}
