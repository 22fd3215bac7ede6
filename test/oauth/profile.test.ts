import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { createCountersign } from '../../packages/server/src/index.ts'
import { start } from '../../tool/child.ts'
import { ServerWorld } from '../http/server-world.ts'
import { claimsOf, follow, OAuthWorld, onEachDatabase, REDIRECT, refusedWith } from './oauth-world.ts'

const SECRET = 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx'

suite('discovery, keys', () => {
  let world: OAuthWorld
  before(async () => {
    world = await OAuthWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D02] discovery says where everything is, in both places, and promises nothing that is not there', async () => {
    const documents = await Promise.all(
      ['openid-configuration', 'oauth-authorization-server'].map(async (name) => {
        const response = await fetch(`${world.url}/.well-known/${name}`)
        assert.equal(response.status, 200)
        return (await response.json()) as Record<string, unknown>
      }),
    )
    assert.deepEqual(documents[0], documents[1])
    const [known = {}] = documents
    assert.equal(known['issuer'], world.url)
    for (const [name, value] of Object.entries(known)) {
      if (name.endsWith('_endpoint') || name === 'jwks_uri') assert.match(String(value), new RegExp(`^${world.url}/`), name)
    }
    assert.deepEqual(known['response_types_supported'], ['code'])
    assert.deepEqual(known['code_challenge_methods_supported'], ['S256'])
    assert.deepEqual(
      (known['grant_types_supported'] as string[]).filter((grant) => /implicit|password/.test(grant)),
      [],
    )
    assert.equal(known['registration_endpoint'], undefined)
    assert.equal(known['authorization_response_iss_parameter_supported'], true)
  })

  test('[D02] of an issuer with a path the metadata stands before that path as well (RFC 8414)', async () => {
    const issuer = 'https://id.example/auth'
    const countersign = await createCountersign({ issuer, database: 'memory:', secret: SECRET, oauth: true, logLevel: 'silent' })
    try {
      for (const path of ['/.well-known/oauth-authorization-server/auth', '/.well-known/openid-configuration']) {
        const response = await countersign.fetch(new Request(`https://id.example${path}`))
        const known = (await response.json()) as Record<string, string>
        assert.deepEqual([known['issuer'], known['token_endpoint']], [issuer, `${issuer}/oauth/token`], path)
      }
    } finally {
      await countersign.close()
    }
  })

  test('[D01] nothing of it is there unless it is switched on', async () => {
    await using server = await ServerWorld.open()
    for (const path of ['/.well-known/openid-configuration', '/oauth/authorize', '/oauth/consent', '/device', '/oauth/userinfo']) {
      assert.equal((await server.ask('GET', path)).status, 404, path)
    }
    // Of workloads it takes assertions, and nothing else of anybody.
    assert.equal((await server.ask('POST', '/oauth/token')).status, 404)
  })
})

onEachDatabase('pushed and signed requests, bound tokens', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D01] a request is pushed first, and is good once (RFC 9126)', async () => {
    const person = await world.server.person()
    const registered = await world.client()
    const config = await world.configured(registered)
    const browser = await world.browser(person.email)
    const verifier = client.randomPKCECodeVerifier()
    const pushed = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      scope: 'openid orders:read',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const asked = await follow(browser, world.url, pushed.pathname + pushed.search)
    const { url } = await follow(browser, world.url, await browser.send(asked.page, 'allow'))
    assert.ok(url !== undefined)
    assert.equal((await client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier })).claims()?.sub, person.user.id)
    const again = await follow(browser, world.url, pushed.pathname + pushed.search)
    assert.equal(again.url?.searchParams.get('code') ?? undefined, undefined)
  })

  test('[D02] a request may be signed by the client (RFC 9101); one that somebody else has signed, or nobody, begins nothing', async () => {
    const person = await world.server.person()
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const others = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }
    const registered = await world.client({ jwks: { keys: [jwk] } })
    const config = await world.configured(registered, client.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }))
    const browser = await world.browser(person.email)
    const verifier = client.randomPKCECodeVerifier()
    const code_challenge = await client.calculatePKCECodeChallenge(verifier)
    const asked = { redirect_uri: REDIRECT, scope: 'openid', code_challenge, code_challenge_method: 'S256' }
    const forged = await client.buildAuthorizationUrlWithJAR(config, asked, { key: others.privateKey, kid: 'k1' })
    assert.notEqual((await follow(browser, world.url, forged.pathname + forged.search)).page.status, 200)
    const signed = await client.buildAuthorizationUrlWithJAR(config, asked, { key: keys.privateKey, kid: 'k1' })
    const consent = await follow(browser, world.url, signed.pathname + signed.search)
    const { url } = await follow(browser, world.url, await browser.send(consent.page, 'allow'))
    assert.ok(url !== undefined)
    assert.equal((await client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier })).claims()?.sub, person.user.id)
  })

  test('[D03] a token that is bound to a key (DPoP) is taken with a proof, and from nobody else', async () => {
    const { credential } = await world.server.service()
    const file = fileURLToPath(new URL('../http/api-key-process.ts', import.meta.url))
    const child = await start(file, [], { ISSUER: world.url, CREDENTIAL: credential })
    try {
      const registered = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], requires_dpop: true })
      const config = await world.configured(registered)
      assert.match(await refusedWith(client.clientCredentialsGrant(config)), /invalid_grant|invalid_dpop_proof/)
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
      const { access_token: token, token_type: type } = await client.clientCredentialsGrant(config, undefined, { DPoP })
      assert.equal(type, 'dpop')
      assert.match(claimsOf(token).cnf.jkt, /^[\w-]{43}$/)
      const orders = new URL(`${child.url}/orders`)
      const ask = (handle: client.DPoPHandle) =>
        client.fetchProtectedResource(config, token, orders, 'GET', undefined, undefined, { DPoP: handle })
      assert.equal((await ask(DPoP)).status, 200)
      const stolen = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
      assert.equal(
        await ask(stolen).then(
          ({ status }) => status,
          (error: { status?: number }) => error.status,
        ),
        401,
      )
      for (const authorization of [`Bearer ${token}`, `DPoP ${token}`]) {
        assert.equal((await fetch(orders, { headers: { authorization } })).status, 401)
      }
    } finally {
      await child.kill('SIGKILL')
    }
  })

  test('[D02] the userinfo endpoint wants a token that was given with openid', async () => {
    const registered = await world.client()
    const given = await world.tokens(await world.server.person(), registered, { scope: 'orders:read' })
    assert.equal(given.id_token, undefined)
    const refused = await fetch(`${world.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${given.access_token}` } })
    assert.equal(refused.status, 403)
    assert.equal((await fetch(`${world.url}/oauth/userinfo`)).status, 401)
  })

  test('[D01] [D02] another judge (oauth4webapi) takes the token as one of RFC 9068', async () => {
    const person = await world.server.person()
    const registered = await world.client()
    const { access_token: token } = await world.tokens(person, registered)
    const issuer = new URL(world.url)
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { [oauth.allowInsecureRequests]: true }),
    )
    const request = new Request('http://127.0.0.1/orders', { headers: { authorization: `Bearer ${token}` } })
    const claims = await oauth.validateJwtAccessToken(server, request, world.url, { [oauth.allowInsecureRequests]: true })
    assert.deepEqual([claims.sub, claims.client_id], [person.user.id, registered.id])
  })
})
