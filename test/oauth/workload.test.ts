import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createVerifier, type Verifier } from 'countersign'
import { systemClock } from 'countersign/core'
import { UnsecuredJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { introspect, verdict } from '../http/authority-world.ts'
import { patientPlatform, untilSaid } from '../http/patience.ts'
import { Possessor } from '../http/possessor.ts'
import { ServerWorld } from '../http/server-world.ts'
import { AssertionIssuer, nowSeconds } from './assertion-issuer.ts'
import { claimsOf, onEachDatabase, OAuthWorld, refusedWith } from './oauth-world.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** The issuers of these tests are on loopback, where nothing is called unless it is said. */
const LOOPBACK = { deliveryNetworks: ['127.0.0.0/8'] }

type Members = Readonly<Record<string, unknown>>
type Service = Awaited<ReturnType<ServerWorld['service']>>
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

const ruleOf = (issuer: AssertionIssuer, service: Service, change: Members = {}): Members => ({
  name: 'Deploy',
  issuer: issuer.url,
  subject: 'repo:acme/shop:ref:refs/heads/main',
  claims: { repository_id: '74' },
  service: service.id,
  scopes: ['deploy:write', 'deploy:read'],
  ...change,
})

async function trust(world: ServerWorld, rule: Members): Promise<string> {
  const { status, body, text } = await world.local('POST', '/v1/trust-rules', rule)
  assert.equal(status, 201, text)
  return body.id
}

async function ask(
  world: ServerWorld,
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
  const sent = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
  const response = await fetch(`${world.url}/oauth/token`, { method: 'POST', headers: sent, body })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

const show = (world: ServerWorld, assertion: string, members: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  ask(world, { grant_type: JWT_BEARER, assertion, ...members })

/** By `oauth4webapi`, which knows nothing of us but where the endpoint is. */
async function granted(url: string, grant: string, parameters: Readonly<Record<string, string>>): Promise<oauth.TokenEndpointResponse> {
  const as: oauth.AuthorizationServer = { issuer: url, token_endpoint: `${url}/oauth/token` }
  const nobody: oauth.ClientAuth = (_as, _client, body) => body.delete('client_id')
  const options = { [oauth.allowInsecureRequests]: true }
  const response = await oauth.genericTokenEndpointRequest(as, { client_id: 'nobody' }, nobody, grant, parameters, options)
  return oauth.processGenericTokenEndpointResponse(as, { client_id: 'nobody' }, response)
}

async function eventually(verifier: Verifier, token: string, expected: string): Promise<void> {
  await untilSaid(expected, () => verdict(verifier, token))
}

onEachDatabase('tokens of workloads', (open) => {
  let world: ServerWorld
  let at: OAuthWorld
  let issuer: AssertionIssuer
  let verifier: Verifier
  before(async () => {
    at = await open(LOOPBACK)
    world = at.server
    issuer = await AssertionIssuer.open()
    const { credential } = await world.service('verifier')
    verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform: patientPlatform })
    await verifier.ready()
  })
  after(async () => {
    verifier.close()
    await issuer[Symbol.asyncDispose]()
    await at[Symbol.asyncDispose]()
  })

  test('[D02] a job of a CI gets a token of ours for its own, by the keys that its issuer publishes', async () => {
    const service = await world.service('deploy')
    const rule = await trust(world, ruleOf(issuer, service))
    const assertion = await issuer.job(world.url)
    const answer = await granted(world.url, JWT_BEARER, { assertion, scope: 'deploy:write' })
    const { sub, client_id, aud, scope, rev, iat, exp, jti, origin, ...rest } = claimsOf(answer.access_token)
    assert.deepEqual([sub, client_id, aud, scope], [service.id, service.id, world.url, 'deploy:write'])
    assert.deepEqual([typeof rev, typeof jti, Object.keys(rest)], ['number', 'string', ['iss']])
    assert.deepEqual([answer.token_type, answer.expires_in, answer.scope], ['bearer', exp - iat, 'deploy:write'])
    assert.ok(exp <= claimsOf(assertion).exp, 'it lives no longer than what it was got for')
    assert.equal(origin[0].client_id, rule)
    const principal = await verifier.authenticate({ authorization: `Bearer ${answer.access_token}` }, { scope: 'deploy:write' })
    assert.deepEqual([principal.client, principal.user, principal.roles], [service.id, undefined, []])
    const { body: told } = await introspect(world, service.credential, answer.access_token)
    assert.deepEqual([told.active, told.client_id, told.scope], [true, service.id, 'deploy:write'])
    const accepted = world.lines
      .map((line) => JSON.parse(line))
      .find(({ event, jti: noted }) => event === 'assertion_accepted' && noted === jti)
    assert.deepEqual([accepted.rule, accepted.subject], [rule, 'repo:acme/shop:ref:refs/heads/main'])
    assert.doesNotMatch(world.lines.join('\n'), new RegExp(assertion.split('.')[2] ?? ''))
    assert.equal((await world.local('DELETE', `/v1/trust-rules/${rule}`)).status, 204)
  })

  test('[D02] of many who show one assertion at once one gets a token, with or without a jti', async () => {
    const service = await world.service('once')
    const rule = await trust(world, ruleOf(issuer, service))
    for (const assertion of [await issuer.job(world.url), await issuer.job(world.url, { jti: undefined })]) {
      const answers = await Promise.all(Array.from({ length: 16 }, () => show(world, assertion)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body['error']], [400, 'invalid_grant'])
    }
    await world.local('DELETE', `/v1/trust-rules/${rule}`)
  })

  test('[D02] [I02] what is issued while its rule is removed dies by that, or was refused', async () => {
    const service = await world.service('raced')
    const rule = await trust(world, ruleOf(issuer, service, { reusable: true }))
    const assertion = await issuer.job(world.url)
    const asking = Array.from({ length: 12 }, () => show(world, assertion))
    const removed = world.local('DELETE', `/v1/trust-rules/${rule}`)
    const answers = await Promise.all([...asking, ...Array.from({ length: 12 }, () => show(world, assertion))])
    assert.equal((await removed).status, 204)
    for (const { status, body } of answers) {
      if (status === 200) await eventually(verifier, String(body['access_token']), 'token_revoked')
      else assert.deepEqual([status, body['error']], [400, 'invalid_grant'])
    }
  })

  test('[D02] of two clusters that call themselves the same each has its own keys, whatever these are called', async () => {
    const clusters = await Promise.all([AssertionIssuer.open(), AssertionIssuer.open()])
    const iss = 'https://kubernetes.default.svc.cluster.local'
    const services = [await world.service('one'), await world.service('other')]
    const rules: string[] = []
    for (const [n, service] of services.entries()) {
      rules.push(
        await trust(
          world,
          ruleOf(issuer, service, { issuer: iss, jwks: clusters[n]?.jwks, subject: 'system:serviceaccount:prod:orders', claims: {} }),
        ),
      )
    }
    for (const [n, cluster] of clusters.entries()) {
      const assertion = await cluster.pod(world.url, { iss })
      for (const named of services) {
        if (named !== services[n]) assert.equal((await show(world, assertion, { client_id: named.id })).body['error'], 'invalid_grant')
      }
      const { body } = await show(world, assertion)
      assert.equal(claimsOf(String(body['access_token'])).sub, services[n]?.id)
      await cluster[Symbol.asyncDispose]()
    }
    for (const rule of rules) await world.local('DELETE', `/v1/trust-rules/${rule}`)
  })

  test('[D02] [A15] what is refused has used up neither the proof of possession nor the assertion: a stranger makes us note nothing', async () => {
    const service = await world.service('proved')
    const rule = await trust(world, ruleOf(issuer, service))
    const proof = new Possessor(world, systemClock).proof('POST', '/oauth/token')
    const assertion = await issuer.job(world.url)
    const shown = { grant_type: JWT_BEARER, assertion }
    for (const refused of [
      { ...shown, assertion: await issuer.forge({ iss: issuer.url }) },
      { ...shown, scope: 'users:write' },
    ]) {
      assert.equal((await ask(world, refused, { dpop: proof })).status, 400)
    }
    const { status, body } = await ask(world, { ...shown, scope: 'deploy:write deploy:write' }, { dpop: proof })
    assert.deepEqual([status, body['token_type'], body['scope']], [200, 'DPoP', 'deploy:write'])
    const again = await ask(world, { ...shown, assertion: await issuer.job(world.url) }, { dpop: proof })
    assert.equal(again.body['error'], 'invalid_dpop_proof')
    await world.local('DELETE', `/v1/trust-rules/${rule}`)
  })

  test('[D02] a pod shows the token in its file as often as it needs, where its rule says so, and its keys need not be reachable', async () => {
    const cluster = await AssertionIssuer.open()
    const { url } = cluster
    const service = await world.service('orders')
    const rule = await trust(world, {
      ...ruleOf(cluster, service, {
        jwks: cluster.jwks,
        reusable: true,
        assertion_audience: 'countersign',
        audience: [world.url, 'https://ledger.example'],
      }),
      subject: 'system:serviceaccount:prod:*',
      claims: { '/kubernetes.io/serviceaccount/name': 'orders', '/kubernetes.io/namespace': 'prod' },
      token_seconds: 120,
    })
    const assertion = await cluster.pod('countersign')
    assert.equal(cluster.asked, 0)
    await cluster[Symbol.asyncDispose]()
    const config = new client.Configuration(
      { issuer: world.url, token_endpoint: `${world.url}/oauth/token` },
      service.id,
      undefined,
      client.None(),
    )
    client.allowInsecureRequests(config)
    for (const [type, audience] of [
      [JWT, undefined],
      [ID_TOKEN, 'https://ledger.example'],
    ] as const) {
      const answer = await client.genericGrantRequest(config, TOKEN_EXCHANGE, {
        subject_token: assertion,
        subject_token_type: type,
        ...(audience === undefined ? {} : { resource: audience }),
      })
      assert.deepEqual([answer['issued_token_type'], answer.expires_in], [ACCESS_TOKEN, 120])
      assert.equal(claimsOf(answer.access_token).aud, audience ?? world.url)
    }
    const other = await cluster.sign({
      ...claimsOf(assertion),
      iss: url,
      'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'mail' } },
    })
    assert.equal((await show(world, other)).body['error'], 'invalid_grant')
    await world.local('DELETE', `/v1/trust-rules/${rule}`)
  })

  for (const [what, end, isOver] of [
    ['its rule is removed', (_: string, rule: string) => world.local('DELETE', `/v1/trust-rules/${rule}`), true],
    ['its service is removed', (_: string, __: string, service: string) => world.local('DELETE', `/v1/services/${service}`), true],
    ['its service is revoked', (_: string, __: string, id: string) => revoked({ kind: 'client', id }), false],
    ['its rule is revoked', (_: string, id: string) => revoked({ kind: 'client', id }), false],
    ['it is revoked itself', (token: string) => revoked({ kind: 'token', id: claimsOf(token).jti }), false],
    ['everyone is', () => revoked({ kind: 'everyone' }), false],
    ['the key of its issuer is', () => revoked({ kind: 'key', id: 'key-1' }), false],
  ] as const) {
    test(`[D02] a workload’s token dies everywhere when ${what}`, async () => {
      const service = await world.service('ends')
      const rule = await trust(world, ruleOf(issuer, service))
      const { body } = await show(world, await issuer.job(world.url), { client_id: service.id })
      const token = String(body['access_token'])
      await eventually(verifier, token, '200')
      assert.ok((await end(token, rule, service.id)).status < 300)
      await eventually(verifier, token, 'token_revoked')
      const again = await show(world, await issuer.job(world.url))
      assert.equal(again.status, isOver ? 400 : 200, JSON.stringify(again.body))
      if (!isOver) await world.local('DELETE', `/v1/trust-rules/${rule}`)
    })
  }
  const revoked = (target: Members) => world.local('POST', '/v1/revocations', { target })
})

suite('what is not accepted of workloads', () => {
  let world: ServerWorld
  let issuer: AssertionIssuer
  let service: Service
  let rule: string
  // Without COUNTERSIGN_OAUTH: workloads need no applications of others.
  before(async () => {
    world = await ServerWorld.open({ ...LOOPBACK, dpopNonces: true })
    issuer = await AssertionIssuer.open()
    service = await world.service('deploy')
    rule = await trust(world, ruleOf(issuer, service, { subject: 'repo:acme/shop:*', claims: { repository_id: '74', protected: true } }))
  })
  after(async () => {
    await issuer[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })
  const job = (change: Members = {}, header: Members = {}) => issuer.job(world.url, { protected: true, ...change }, header)

  test('[D02] the endpoint answers workloads, and nobody else, where applications of others are not let in', async () => {
    const { status, headers, body } = await show(world, await job())
    assert.deepEqual([status, headers.get('cache-control'), body['token_type']], [200, 'no-store', 'Bearer'])
    const endpoint = `${world.url}/oauth/token`
    for (const form of [
      'grant_type=client_credentials',
      'grant_type=authorization_code&code=x',
      `\ufeffgrant_type=${JWT_BEARER}&assertion=${await job()}`,
      `grant_type=authorization_code&grant_type=${JWT_BEARER}&assertion=${await job()}`,
    ]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      assert.equal((await fetch(endpoint, { method: 'POST', headers, body: form })).status, 404, form)
    }
    const asked = await fetch(endpoint)
    assert.deepEqual([asked.status, asked.headers.get('allow')], [405, 'POST'])
  })

  for (const [what, make, problem] of [
    ['of another audience', () => issuer.job('https://elsewhere.example', { protected: true }), 'aud'],
    ['for us and for others', () => job({ aud: [world.url, 'https://elsewhere.example'] }), 'aud'],
    ['for us twice', () => job({ aud: [world.url, world.url] }), 'aud'],
    ['for nobody', () => job({ aud: undefined }), 'aud'],
    ['for our issuer, almost', () => job({ aud: `${world.url}/` }), 'aud'],
    ['that never ends', () => job({ exp: undefined }), 'exp'],
    ['that has ended', () => job({ exp: nowSeconds() }), 'exp'],
    ['that ends in two hours', () => job({ exp: nowSeconds() + 7200 }), 'exp'],
    ['whose end is a text', () => job({ exp: String(nowSeconds() + 60) }), 'exp'],
    ['that begins later', () => job({ nbf: nowSeconds() + 120 }), 'nbf'],
    ['of the future', () => job({ iat: nowSeconds() + 120 }), 'iat'],
    ['of nobody', () => job({ sub: undefined }), 'sub'],
    ['of a neighbour whose name begins the same', () => job({ sub: 'repo:acme/shop-evil:ref:refs/heads/main' }), 'sub'],
    ['of what stands before the star alone', () => job({ sub: 'repo:acme/shop:' }), 'sub'],
    ['of another case', () => job({ sub: 'repo:Acme/shop:ref:refs/heads/main' }), 'sub'],
    ['without a claim that the rule wants', () => job({ repository_id: undefined }), 'repository_id'],
    ['with another value of it', () => job({ repository_id: '740' }), 'repository_id'],
    ['with the same as a number', () => job({ repository_id: 74 }), 'repository_id'],
    ['with a text in place of a truth', () => job({ protected: 'true' }), 'protected'],
    ['whose jti is no text', () => job({ jti: 7 }), 'jti'],
    ['whose jti is empty', () => job({ jti: '' }), 'jti'],
    ['whose jti has no end', () => job({ jti: 'x'.repeat(513) }), 'jti'],
    ['that is an access token', () => job({}, { typ: 'at+jwt' }), 'type'],
    ['that is a logout token', () => job({}, { typ: 'logout+jwt' }), 'type'],
    ['that is a logout token without a type of its own', () => job({ events: { [LOGOUT_EVENT]: {} } }, { typ: undefined }), 'events'],
    ['that is bound to a key', () => job({ cnf: { jkt: 'x' } }), 'cnf'],
    ['of a key that nobody publishes', () => issuer.forge({ iss: issuer.url, aud: world.url }), 'signature'],
    ['with the address of its key', () => job({}, { jku: `${issuer.url}/mine` }), 'header_member'],
  ] as const) {
    test(`[D02] an assertion ${what} is refused, and an operator is told why`, async () => {
      const assertion = await make()
      const { status, body } = await show(world, assertion)
      assert.deepEqual([status, body['error']], [400, 'invalid_grant'])
      assert.doesNotMatch(JSON.stringify(body), new RegExp(rule))
      const { body: tested } = await world.local('POST', '/v1/trust-rules/test', { assertion })
      assert.deepEqual(tested.findings, [{ rule, name: 'Deploy', service: service.id, accepts: false, problem }])
    })
  }

  test('[D02] nothing is asked of anybody for an issuer that no rule names, nor for what is no token', async () => {
    await using stranger = await AssertionIssuer.open()
    const before = issuer.asked
    const unsigned = new UnsecuredJWT({ iss: issuer.url, aud: world.url, protected: true }).encode()
    const [head = '', payload = ''] = (await job()).split('.')
    for (const assertion of [
      await stranger.job(world.url),
      // Almost the issuer of the rule.
      await job({ iss: `${issuer.url}/` }),
      await job({ iss: issuer.url.toUpperCase() }),
      await job({ iss: issuer.url.replace('127.0.0.1', '[::ffff:127.0.0.1]') }),
      await job({ iss: [issuer.url] }),
      unsigned,
      'x',
      'a.b.c',
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${'A'.repeat(342)}`,
      `${head}.${payload}.x.y`,
      'A'.repeat(16_384),
    ]) {
      const { status, body } = await show(world, assertion)
      assert.deepEqual([status, body['error']], [400, 'invalid_grant'], assertion.slice(0, 40))
    }
    assert.deepEqual([stranger.asked, issuer.asked], [0, before])
    assert.equal((await show(world, 'A'.repeat(16_385))).body['error'], 'invalid_request')
  })

  test('[D02] a request that is not of the form is refused in the words of RFC 6749', async () => {
    const assertion = await job()
    const shown = { grant_type: JWT_BEARER, assertion }
    const exchanged = { grant_type: TOKEN_EXCHANGE, subject_token: assertion, subject_token_type: JWT }
    const form = new URLSearchParams(shown).toString()
    for (const [sent, status, error] of [
      [{ grant_type: JWT_BEARER }, 400, 'invalid_request'],
      [`${form}&assertion=x`, 400, 'invalid_request'],
      [`${form}&scope=%22`, 400, 'invalid_request'],
      [`${form}&scope=%zz`, 400, 'invalid_request'],
      [{ ...exchanged, subject_token_type: ACCESS_TOKEN }, 400, 'invalid_request'],
      [{ ...exchanged, requested_token_type: JWT }, 400, 'invalid_request'],
      [{ ...exchanged, actor_token: 'x', actor_token_type: JWT }, 400, 'invalid_request'],
      [{ ...shown, scope: 'deploy:write users:write' }, 400, 'invalid_scope'],
      [{ ...shown, resource: 'https://elsewhere.example' }, 400, 'invalid_target'],
      [{ ...shown, resource: world.url, audience: 'https://elsewhere.example' }, 400, 'invalid_target'],
      [{ ...shown, client_id: 'svc_somebody' }, 400, 'invalid_grant'],
      [{ ...shown, client_secret: 'x' }, 401, 'invalid_client'],
      [{ ...shown, client_assertion: assertion }, 401, 'invalid_client'],
    ] as const) {
      const answer = await ask(world, sent)
      assert.deepEqual(
        [answer.status, answer.body['error'], answer.headers.get('cache-control')],
        [status, error, 'no-store'],
        JSON.stringify(sent),
      )
    }
    const basic = await ask(world, shown, { authorization: 'Basic eDp5' })
    assert.deepEqual([basic.status, basic.body['error']], [401, 'invalid_client'])
    assert.match(basic.headers.get('www-authenticate') ?? '', /^Basic /)
    assert.equal((await ask(world, shown, { dpop: 'x' })).body['error'], 'invalid_dpop_proof')
    // None of these has used it up.
    assert.equal((await ask(world, shown)).status, 200)
  })

  test('[D02] where several rules accept an assertion, the workload says as whom', async () => {
    const other = await world.service('other')
    const second = await trust(world, ruleOf(issuer, other, { claims: {}, scopes: ['other:read'] }))
    assert.equal((await show(world, await job())).body['error'], 'invalid_grant')
    for (const [named, sub, scope] of [
      [service.id, service.id, 'deploy:write deploy:read'],
      [other.id, other.id, 'other:read'],
      [second, other.id, 'other:read'],
    ]) {
      const { body } = await show(world, await job(), { client_id: named ?? '' })
      const claims = claimsOf(String(body['access_token']))
      assert.deepEqual([claims.sub, claims.scope], [sub, scope])
    }
    assert.equal((await world.local('DELETE', `/v1/trust-rules/${second}`)).status, 204)
    assert.equal((await world.local('DELETE', `/v1/trust-rules/${second}`)).status, 404)
  })

  test('[A15] a workload binds its token to a key of its own (DPoP)', async () => {
    const config = new client.Configuration(
      { issuer: world.url, token_endpoint: `${world.url}/oauth/token` },
      service.id,
      undefined,
      client.None(),
    )
    client.allowInsecureRequests(config)
    const keys = await client.randomDPoPKeyPair()
    const handle = client.getDPoPHandle(config, keys)
    const answer = await client.genericGrantRequest(config, JWT_BEARER, { assertion: await job() }, { DPoP: handle })
    assert.equal(answer.token_type, 'dpop')
    assert.equal(claimsOf(answer.access_token).cnf.jkt, await handle.calculateThumbprint())
    assert.equal(await world.verdictOn(answer.access_token), 'token_invalid')
  })

  test('[D02] it opens none of our own doors', async () => {
    const { body } = await show(world, await job())
    const token = String(body['access_token'])
    for (const [method, path, code] of [
      ['GET', '/v1/me', 'credential_missing'],
      ['GET', '/v1/users', 'role_insufficient'],
      ['GET', '/v1/trust-rules', 'role_insufficient'],
      ['GET', '/v1/access-keys', undefined],
      ['GET', '/v1/feed/snapshot', undefined],
      ['POST', '/v1/leases', 'scope_insufficient'],
    ] as const) {
      const answer = await world.ask(method, path, { token, ...(method === 'POST' ? { body: {} } : {}) })
      assert.ok([401, 403].includes(answer.status), `${path} ${answer.status} ${answer.text}`)
      if (code !== undefined) assert.equal(answer.body.code, code, path)
    }
    const exchanged = await world.ask('POST', '/v1/tokens', {
      token: service.credential,
      body: { grant_type: TOKEN_EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN, audience: 'https://x.example' },
    })
    assert.equal(exchanged.status, 400)
  })

  test('[D02] rules that would trust too much, or nobody, are refused when they are made', async () => {
    for (const [change, pointer] of [
      [{ subject: 'repo:*' }, '/subject'],
      [{ subject: '*' }, '/subject'],
      [{ subject: 'repo:acme/shop*' }, '/subject'],
      [{ subject: 'repo:*/shop:ref' }, '/subject'],
      [{ subject: 'repo:acme/*:*' }, '/subject'],
      [{ subject: undefined }, '/subject'],
      [{ issuer: world.url }, '/issuer'],
      [{ issuer: 'kubernetes/serviceaccount' }, '/issuer'],
      [{ issuer: 'http://10.0.0.1' }, '/issuer'],
      [{ issuer: 'https://169.254.169.254' }, '/issuer'],
      [{ issuer: 'https://ci.example/?x=1' }, '/issuer'],
      [{ service: 'svc_somebody' }, '/service'],
      [{ claims: { aud: 'x' } }, '/claims'],
      [{ claims: { '/aud': 'x' } }, '/claims'],
      [{ claims: { '/a~2': 'x' } }, '/claims'],
      [{ scopes: ['a b'] }, '/scopes'],
      [{ jwks: { keys: [{ kty: 'oct', k: 'AAAA', kid: 'k' }] } }, '/jwks'],
      [{ token_seconds: 3601 }, '/token_seconds'],
      [{ assertion_seconds: 86_401 }, '/assertion_seconds'],
      [{ subject_regex: '.*' }, '/subject_regex'],
    ] as const) {
      const { status, body } = await world.local('POST', '/v1/trust-rules', ruleOf(issuer, service, change))
      assert.deepEqual([status, body.errors?.[0]?.pointer], [400, pointer], JSON.stringify(change))
    }
    assert.equal((await world.ask('POST', '/v1/trust-rules', { body: ruleOf(issuer, service) })).status, 401)
  })

  test('[D02] an issuer is asked where anybody may be asked, and its name is judged when it is', async () => {
    await using closed = await ServerWorld.open()
    const own = await closed.service('deploy')
    // A name: what it stands for is not known before.
    const port = new URL(issuer.url).port
    const named = { ...ruleOf(issuer, own), issuer: `http://localhost:${port}` }
    assert.equal((await closed.local('POST', '/v1/trust-rules', ruleOf(issuer, own))).body.errors[0].pointer, '/issuer')
    await trust(closed, named)
    const before = issuer.asked
    const { status, headers, body } = await show(closed, await issuer.job(closed.url, { iss: named.issuer }))
    assert.deepEqual([status, body['error'], headers.has('retry-after')], [503, 'temporarily_unavailable', true])
    assert.equal(issuer.asked, before)
    const { body: tested } = await closed.local('POST', '/v1/trust-rules/test', {
      assertion: await issuer.job(closed.url, { iss: named.issuer }),
    })
    assert.match(tested.findings[0].problem, /^keys unavailable: /)
  })
})

suite('another server of ours as the issuer', () => {
  test('[D02] the ID token of an application there is taken here by a rule that names the application, once', async () => {
    await using there = await OAuthWorld.open()
    await using here = await OAuthWorld.open(LOOPBACK)
    const person = await there.server.person()
    const application = await there.client()
    const tokens = await there.tokens(person, application)
    const service = await here.server.service('partner')
    await trust(here.server, {
      name: 'Partner',
      issuer: there.url,
      subject: person.user.id,
      assertion_audience: application.id,
      service: service.id,
      scopes: ['orders:read'],
    })
    const known = await client.discovery(new URL(here.url), service.id, undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    })
    for (const grant of [JWT_BEARER, TOKEN_EXCHANGE]) assert.ok(known.serverMetadata().grant_types_supported?.includes(grant), grant)
    const exchange = (token: string, type: string) =>
      client.genericGrantRequest(known, TOKEN_EXCHANGE, { subject_token: token, subject_token_type: type })
    assert.equal(await refusedWith(exchange(tokens.access_token, JWT)), 'invalid_grant')
    const answer = await exchange(tokens.id_token ?? '', ID_TOKEN)
    assert.deepEqual([claimsOf(answer.access_token).sub, answer.scope], [service.id, 'orders:read'])
    assert.equal(await refusedWith(exchange(tokens.id_token ?? '', ID_TOKEN)), 'invalid_grant')
  })

  for (const [what, change, expected] of [
    ['our issuer', (url: string) => ({ aud: url }), 'nothing'],
    ['our token endpoint', (url: string) => ({ aud: `${url}/oauth/token` }), 'nothing'],
    ['a list, even of us alone', (url: string) => ({ aud: [url] }), 'invalid_client'],
    ['us and somebody else', (url: string) => ({ aud: [url, 'https://elsewhere.example'] }), 'invalid_client'],
    ['another endpoint of ours', (url: string) => ({ aud: `${url}/oauth/par` }), 'invalid_client'],
    ['somebody else', () => ({ aud: 'https://elsewhere.example' }), 'invalid_client'],
    ['us, for two hours', (url: string) => ({ aud: url, exp: nowSeconds() + 7200 }), 'invalid_client'],
    ['us, without an id', (url: string) => ({ aud: url, jti: undefined }), 'invalid_client'],
  ] as const) {
    test(`[D01] a client that proves itself by its key (private_key_jwt) to ${what}: ${expected}`, async () => {
      const { url, config } = await keyed()
      config.twist = change(url)
      assert.equal(await refusedWith(client.clientCredentialsGrant(config.configuration)), expected)
    })
  }
  let opened:
    | { readonly world: OAuthWorld; readonly url: string; readonly config: { configuration: client.Configuration; twist: Members } }
    | undefined
  after(async () => opened?.world[Symbol.asyncDispose]())
  /** One client for all of them. */
  async function keyed() {
    if (opened !== undefined) return opened
    const world = await OAuthWorld.open()
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }
    const registered = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], jwks: { keys: [jwk] } })
    const config: { configuration: client.Configuration; twist: Members } = { configuration: undefined as never, twist: {} }
    const auth = client.PrivateKeyJwt(
      { key: keys.privateKey, kid: 'k1' },
      {
        [client.modifyAssertion]: (_header, payload) => {
          Object.assign(payload, config.twist)
        },
      },
    )
    config.configuration = await world.configured(registered, auth)
    opened = { world, url: world.url, config }
    return opened
  }
})
