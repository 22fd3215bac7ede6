import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, mock, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { Allowing, FapiClient, newSigner, now, type Signer, usedAs } from './fapi-client.ts'
import { claimsOf, OAuthWorld, onEachDatabase, REDIRECT } from './oauth-world.ts'

/** One that may stand in a URL, of so many characters. */
const random = (length: number): string => randomBytes(length).toString('base64url').slice(0, length)

onEachDatabase('a client as FAPI 2 has it: pushed requests, its own key, bound tokens', (open, testOnce) => {
  let world: OAuthWorld
  let client: FapiClient
  let person: Allowing
  /** Registered for PS256. */
  let pss: Signer
  let rsa: Signer
  before(async () => {
    world = await open()
    pss = await newSigner('PS256', 'r1')
    rsa = await usedAs('RS256', pss)
    client = await FapiClient.open(world, [{ ...pss.jwk, alg: 'PS256', use: 'sig', kid: 'r1' }])
    person = await Allowing.open(world, await world.server.person())
  })
  after(() => world[Symbol.asyncDispose]())

  /** Pushes, sends the person there, and gives back what the client is called back with. */
  async function begun(verifier: string, change: Readonly<Record<string, string | undefined>> = {}): Promise<URLSearchParams> {
    const request_uri = await client.push(client.request(verifier, change))
    assert.match(request_uri, /^urn:/)
    const back = await person.visit({ client_id: client.id, request_uri })
    assert.ok(back !== undefined, 'nobody is called back')
    return back
  }

  test('[D01] [D03] state and nonce come back as they were, of whatever length or none, and so do scopes in any order', async () => {
    for (const { state, nonce, scope = 'openid orders:read' } of [
      { state: random(43), nonce: random(64) },
      { state: random(1000), nonce: random(1000) },
      { state: random(43), nonce: undefined },
      { state: undefined, nonce: random(43), scope: 'orders:read openid' },
    ]) {
      const verifier = random(43)
      const back = await begun(verifier, { state, nonce, scope })
      assert.deepEqual([back.get('state') ?? undefined, back.get('iss')], [state, world.url])
      const { status, body } = await client.redeem(back.get('code') ?? '', verifier)
      assert.deepEqual([status, body['token_type']], [200, 'DPoP'])
      assert.equal(claimsOf(body['id_token'] ?? '').nonce, nonce)
      assert.deepEqual(
        claimsOf(body['access_token'] ?? '')
          .scope.split(' ')
          .toSorted(),
        ['openid', 'orders:read'],
      )
      assert.equal(claimsOf(body['access_token'] ?? '').cnf.jkt, await client.thumbprint())
    }
  })

  testOnce('[D01] a code is redeemed with its verifier, by who proves to be its client', async () => {
    const verifier = random(43)
    const code = (await begun(verifier)).get('code') ?? ''
    const other = await FapiClient.open(world)
    for (const [what, ask, error] of [
      ['without a verifier', () => client.redeem(code, undefined), 'invalid_grant'],
      ['with another verifier', () => client.redeem(code, random(43)), 'invalid_grant'],
      [
        'without an assertion',
        () =>
          client.redeem(code, verifier, undefined, { client_assertion: undefined, client_assertion_type: undefined, client_id: client.id }),
        'invalid_client',
      ],
      [
        'without saying who asks',
        () => client.redeem(code, verifier, undefined, { client_assertion: undefined, client_assertion_type: undefined }),
        'invalid_request',
      ],
      ['under the name of another', () => client.redeem(code, verifier, undefined, { client_id: other.id }), 'invalid_request'],
      ['by another', () => other.redeem(code, verifier), 'invalid_grant'],
    ] as const) {
      const { status, body } = await ask()
      assert.deepEqual([Math.floor(status / 100), body['error']], [4, error], what)
    }
    assert.equal((await client.redeem(code, verifier)).status, 200)
  })

  testOnce('[D03] a client assertion says who, to whom, and not for long; it is signed as its key is registered', async () => {
    const strange = await newSigner('ES256', 'k1')
    for (const [what, change, signer, isTaken] of [
      ['as it should be', {}, undefined, true],
      ['that begins in 8 seconds', { nbf: now() + 8, iat: now() + 8 }, undefined, true],
      ['that begins in 65 seconds', { nbf: now() + 65 }, undefined, false],
      ['that ended 5 minutes ago', { exp: now() - 300 }, undefined, false],
      ['without an end', { exp: undefined }, undefined, false],
      ['that ends in two hours', { exp: now() + 7200 }, undefined, false],
      ['without sub', { sub: undefined }, undefined, false],
      ['without jti', { jti: undefined }, undefined, false],
      ['for somebody else', { aud: 'https://elsewhere.example' }, undefined, false],
      ['by somebody else', {}, strange, false],
      ['signed with RS256, by a key for PS256', {}, rsa, false],
      ['signed with PS256', {}, pss, true],
    ] as const) {
      const { status, body } = await client.post('/oauth/par', {
        ...client.request(random(43)),
        client_assertion: await client.assertion(change, signer),
      })
      assert.deepEqual([status === 201, body['error']], [isTaken, isTaken ? undefined : 'invalid_client'], what)
    }
  })

  testOnce('[D03] of a DPoP proof each part is held against the request', async () => {
    const strange = await newSigner('ES256')
    const { privateKey } = client.proof
    const path = '/oauth/token'
    const secret = await crypto.subtle.exportKey('jwk', privateKey)
    const redeem = async (proof: string): Promise<number> => {
      const verifier = random(43)
      return (await client.redeem((await begun(verifier)).get('code') ?? '', verifier, proof)).status
    }
    for (const seconds of [-10, 10]) assert.equal(await redeem(await client.dpop(path, { iat: now() + seconds })), 200, `${seconds}`)
    for (const [what, proof] of [
      ['none', ''],
      ['of another method', await client.dpop(path, { htm: 'GET' })],
      ['for another address', await client.dpop('/oauth/par')],
      ['without jti', await client.dpop(path, { jti: undefined })],
      ['without iat', await client.dpop(path, { iat: undefined })],
      ['of an hour ago', await client.dpop(path, { iat: now() - 3600 })],
      ['of in an hour', await client.dpop(path, { iat: now() + 3600 })],
      ['of another type', await client.dpop(path, {}, { typ: 'JWT' })],
      ['with a private key', await client.dpop(path, {}, { jwk: secret })],
      ['signed by another key', await client.dpop(path, {}, { jwk: strange.jwk })],
      ['two of them', `${await client.dpop(path)}, ${await client.dpop(path)}`],
      ['that is no JWT', 'proof'],
    ] as const) {
      assert.equal(await redeem(proof), 400, what)
    }
  })

  testOnce('[D03] a code is bound to the key that was named, or shown, when it was asked for', async () => {
    const strange = await newSigner('ES256')
    const jkt = await client.thumbprint()
    const shown = async (): Promise<Readonly<Record<string, string>>> => ({ dpop: await client.dpop('/oauth/par') })
    const request = (change: Readonly<Record<string, string>> = {}) => {
      const verifier = random(43)
      return { verifier, fields: client.request(verifier, change) }
    }
    for (const [what, change, headers] of [
      ['named', { dpop_jkt: jkt }, {}],
      ['shown', {}, await shown()],
      ['both', { dpop_jkt: jkt }, await shown()],
    ] as const) {
      for (const signer of [strange, client.proof]) {
        const { verifier, fields } = request(change)
        const request_uri = await client.push(fields, 'dpop' in headers ? await shown() : {})
        const code = (await person.visit({ client_id: client.id, request_uri }))?.get('code') ?? ''
        const { status, body } = await client.redeem(code, verifier, await client.dpop('/oauth/token', {}, {}, signer))
        assert.deepEqual([status, body['error']], signer === strange ? [400, 'invalid_grant'] : [200, undefined], what)
      }
    }
    const { fields } = request({ dpop_jkt: await client.thumbprint(strange) })
    assert.match(await client.push(fields, await shown()), /^invalid_/)
  })

  testOnce('[D01] what is pushed is held against the client at once', async () => {
    const verifier = random(43)
    for (const [what, change, error] of [
      ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, /^invalid_request$/],
      ['with plain PKCE', { code_challenge_method: 'plain' }, /^invalid_request$/],
      ['with a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, /^request_uri_not_supported$/],
      ['for the implicit flow', { response_type: 'token' }, /^unsupported_response_type$/],
      ['for another address', { redirect_uri: `${REDIRECT}/x` }, /^invalid_request$/],
      ['without an address', { redirect_uri: undefined }, /^invalid_request$/],
    ] as const) {
      assert.match(await client.push(client.request(verifier, change)), error, what)
    }
    const twice = new URLSearchParams(client.request(verifier) as Record<string, string>)
    twice.append('scope', 'openid')
    twice.append('client_assertion', await client.assertion())
    twice.append('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const duplicated = await fetch(`${world.url}/oauth/par`, { method: 'POST', body: twice })
    assert.deepEqual([duplicated.status, ((await duplicated.json()) as { error: string }).error], [400, 'invalid_request'])
    for (const method of ['GET', 'PUT']) assert.equal((await fetch(`${world.url}/oauth/par`, { method })).status, 405, method)
  })

  test('[D01] a pushed request is its client’s own, may be opened again until it is answered, and not after that', async () => {
    const other = await FapiClient.open(world)
    const request_uri = await client.push(client.request(random(43)))
    const stranger = await Allowing.open(world, await world.server.person())
    assert.equal((await stranger.visit({ client_id: other.id, request_uri }))?.get('code') ?? undefined, undefined)
    const waiting = await world.browser()
    for (let n = 0; n < 2; n++) {
      const page = await waiting.open(`/oauth/authorize?${new URLSearchParams({ client_id: client.id, request_uri })}`)
      assert.equal(page.url.pathname, '/sign-in')
    }
    assert.notEqual((await person.visit({ client_id: client.id, request_uri }))?.get('code') ?? '', '')
    assert.equal((await person.visit({ client_id: client.id, request_uri }))?.get('code') ?? undefined, undefined)
  })

  testOnce('[D01] a client that has to push, or to sign, does: anything else begins nothing', async () => {
    const pushing = await FapiClient.open(world, [], { requires_pushed_requests: true })
    assert.equal((await person.visit(pushing.request(random(43))))?.get('error'), 'invalid_request')
    const request = await pushing.requestObject(random(43))
    assert.equal((await person.visit({ client_id: pushing.id, request }))?.get('code') ?? undefined, undefined)
    const request_uri = await pushing.push(pushing.request(random(43)))
    assert.notEqual((await person.visit({ client_id: pushing.id, request_uri }))?.get('code') ?? '', '')
    const signing = await FapiClient.open(world, [], { requires_pushed_requests: true, requires_signed_requests: true })
    assert.equal(await signing.push(signing.request(random(43))), 'invalid_request')
    assert.match(await signing.push({ client_id: signing.id, request: await signing.requestObject(random(43)) }), /^urn:/)
    const keyless = { name: 'No keys', kind: 'confidential', redirect_uris: [REDIRECT], requires_signed_requests: true }
    const refused = await world.server.local('POST', '/v1/clients', keyless)
    assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/requires_signed_requests'])
  })

  testOnce('[D02] a signed request says by whom, for whom, and not for long; what stands outside of it does not count', async () => {
    const strange = await newSigner('ES256', 'k1')
    const ask = async (jwt: string, outside: Readonly<Record<string, string>> = {}) =>
      person.visit({ client_id: client.id, response_type: 'code', scope: 'openid', request: jwt, ...outside })
    for (const [what, change, signer, isTaken] of [
      ['as it should be', {}, undefined, true],
      ['for us and others', { aud: [world.url, 'https://elsewhere.example'] }, undefined, true],
      ['that begins in 8 seconds', { nbf: now() + 8 }, undefined, true],
      ['signed with PS256', {}, pss, true],
      ['for somebody else', { aud: 'https://elsewhere.example' }, undefined, false],
      ['that has ended', { exp: now() - 60 }, undefined, false],
      ['without an end', { exp: undefined }, undefined, false],
      ['that is good for more than an hour', { exp: now() + 4200 }, undefined, false],
      ['without a beginning', { nbf: undefined }, undefined, false],
      ['that began more than an hour ago', { nbf: now() - 4200 }, undefined, false],
      ['without an address', { redirect_uri: undefined }, undefined, false],
      ['signed with RS256, by a key for PS256', {}, rsa, false],
      ['signed by somebody else', {}, strange, false],
    ] as const) {
      const back = await ask(await client.requestObject(random(43), change, signer))
      assert.equal((back?.get('code') ?? undefined) !== undefined, isTaken, `${what}: ${back}`)
    }
    const signed = await client.requestObject(random(43), { state: 'inside', nonce: 'inside' })
    const back = await ask(signed, { state: 'outside', nonce: 'outside', redirect_uri: 'https://evil.example/' })
    assert.equal(back?.get('state'), 'inside')
    const [, payload] = signed.split('.')
    const unsigned = `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload}.`
    assert.equal((await ask(unsigned))?.get('code') ?? undefined, undefined)
    const without = await ask(await client.requestObject(random(43)), { state: 'outside' })
    assert.deepEqual([without?.get('state'), without?.get('code') === null], [null, false])
    const pushed = await client.push({ client_id: client.id, request: await client.requestObject(random(43)) })
    assert.match(pushed, /^urn:/)
    assert.match(
      await client.push({ client_id: client.id, request: await client.requestObject(random(43), { aud: 'x' }) }),
      /^invalid_request_object$/,
    )
  })
})

suite('on a clock that is moved', () => {
  const clock = new ManualClock(Date.now())
  const pass = (seconds: number): void => {
    mock.timers.tick(seconds * 1000)
    clock.advance(seconds * 1000)
  }
  before(() => mock.timers.enable({ apis: ['Date'], now: clock.now() }))
  after(() => mock.timers.reset())

  test('[D01] a pushed request and a code are good for a minute', async () => {
    await using world = await OAuthWorld.open({}, { ...systemPlatform, clock })
    const client = await FapiClient.open(world)
    const person = await Allowing.open(world, await world.server.person())
    const begin = async (seconds: number) => {
      const verifier = random(43)
      const request_uri = await client.push(client.request(verifier))
      pass(seconds)
      return { verifier, code: (await person.visit({ client_id: client.id, request_uri }))?.get('code') ?? undefined }
    }
    const redeem = async (seconds: number) => {
      const { verifier, code = '' } = await begin(0)
      pass(seconds)
      return (await client.redeem(code, verifier)).status
    }
    assert.equal(typeof (await begin(55)).code, 'string')
    assert.equal((await begin(61)).code, undefined)
    assert.deepEqual([await redeem(55), await redeem(61)], [200, 400])
  })
})
