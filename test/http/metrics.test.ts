import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type { MetricFamily } from 'countersign'
import { systemPlatform } from 'countersign/core'
import { createCountersign } from '../../packages/server/src/index.ts'
import { ServerMetrics } from '../../packages/server/src/server/telemetry/server-metrics.ts'
import { newMasterSecret } from '../../packages/server/src/signing/master-secret.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const inMemory = { database: 'memory:', secret: newMasterSecret(systemPlatform.random) }

/** Every number of a text, by its name and labels. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

suite('the metrics of a server', () => {
  let world: ServerWorld
  before(async () => {
    world = await ServerWorld.open({ metrics: '127.0.0.1:0', oauth: true, ...inMemory })
  })
  after(() => world[Symbol.asyncDispose]())

  const read = async (): Promise<ReadonlyMap<string, number>> => samplesOf((await world.local('GET', '/metrics')).text)
  /** How much each number has grown; what has not is left out. */
  async function growth(work: () => Promise<unknown>): Promise<(name: string) => number> {
    const earlier = await read()
    await work()
    const later = await read()
    return (name) => (later.get(name) ?? 0) - (earlier.get(name) ?? 0)
  }

  test('[J04] what people do is counted: requests by route, sign-ins, refreshes and refusals by outcome', async () => {
    const grown = await growth(async () => {
      const { email, refresh_token: first } = await world.person()
      await world.ask('POST', '/v1/sessions', { body: { email, password: 'not the password' } })
      await world.refresh(first)
      await world.refresh(first)
      await world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: 'cs_rt_none' } })
      await world.ask('GET', '/v1/users/usr_none')
    })
    assert.equal(grown('countersign_http_requests_total{route="/v1/sessions",method="POST",status="2xx"}'), 1)
    assert.equal(grown('countersign_http_requests_total{route="/v1/sessions",method="POST",status="4xx"}'), 1)
    assert.equal(grown('countersign_http_requests_total{route="/v1/users/{id}",method="GET",status="4xx"}'), 1)
    assert.equal(grown('countersign_http_request_duration_seconds_count{route="/v1/sessions",method="POST"}'), 2)
    assert.equal(grown('countersign_sign_ins_total{outcome="succeeded"}'), 1)
    assert.equal(grown('countersign_sign_ins_total{outcome="credentials_invalid"}'), 1)
    assert.equal(grown('countersign_refreshes_total{outcome="rotated"}'), 1)
    assert.equal(grown('countersign_refreshes_total{outcome="repeated"}'), 1)
    assert.equal(grown('countersign_refreshes_total{outcome="refresh_invalid"}'), 1)
    assert.equal(grown('countersign_refusals_total{code="credentials_invalid"}'), 1)
    assert.equal(grown('countersign_refusals_total{code="credential_missing"}'), 1)
    assert.equal(grown('countersign_access_tokens_issued_total{grant="session"}'), 3)
    assert.equal(grown('countersign_password_hash_duration_seconds_count'), 3)
  })

  test('[J04] a revocation is counted by its target, with the time in which its subscribers were told', async () => {
    const grown = await growth(async () => {
      const { user } = await world.person()
      const { status } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: user.id } })
      assert.equal(status, 201)
    })
    assert.equal(grown('countersign_log_entries_total{kind="cutoff",target="user",mode="hard"}'), 1)
    assert.equal(grown('countersign_log_position'), 1)
    assert.equal(grown('countersign_feed_propagation_seconds_count'), 1)
    assert.ok(grown('countersign_feed_propagation_seconds_sum') < 1)
  })

  test('[J04] tokens of applications are counted by their grant, whichever way they are made', async () => {
    const machine = {
      name: 'Nightly',
      kind: 'confidential',
      redirect_uris: [],
      grant_types: ['client_credentials'],
      scopes: ['orders:read'],
    }
    const { body } = await world.local('POST', '/v1/clients', machine)
    const authorization = `Basic ${Buffer.from(`${body.id}:${body.secret}`).toString('base64')}`
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const grown = await growth(async () => {
      for (const more of ['&scope=orders%3Aread', '&scope=orders%3Aread&unknown=x', '&resource=https%3A%2F%2Fnone.example'])
        await fetch(`${world.url}/oauth/token`, { method: 'POST', headers, body: `grant_type=client_credentials${more}` })
    })
    assert.equal(grown('countersign_access_tokens_issued_total{grant="client_credentials"}'), 2)
    assert.equal(grown('countersign_http_requests_total{route="/oauth/token",method="POST",status="4xx"}'), 1)
  })

  test('[J04] who has to wait before a password is looked at is counted', async () => {
    const { email } = await world.person()
    const grown = await growth(async () => {
      for (let n = 0; n < 8; n++) await world.ask('POST', '/v1/sessions', { body: { email, password: 'not the password' } })
    })
    const refused = grown('countersign_throttle_refusals_total')
    assert.ok(refused > 0)
    assert.equal(grown('countersign_sign_ins_total{outcome="rate_limited"}'), refused)
  })

  test('[J04] whoever is signed in and shows once more who they are has to wait too, and does not sign in', async () => {
    const { access_token: token } = await world.person()
    const body = { current_password: 'not the password', new_password: 'another correct horse' }
    const grown = await growth(async () => {
      for (let n = 0; n < 12; n++) await world.ask('PUT', '/v1/me/password', { token, body })
    })
    assert.ok(grown('countersign_throttle_refusals_total') > 0)
    for (const outcome of ['credentials_invalid', 'rate_limited'])
      assert.equal(grown(`countersign_sign_ins_total{outcome="${outcome}"}`), 0)
  })

  test('[J04] on a port of its own the metrics are there for whoever is on this machine, and nothing else is', async () => {
    const url = world.running.metricsUrl ?? ''
    const answer = await fetch(url)
    assert.equal(answer.status, 200)
    assert.match(await answer.text(), /^# HELP countersign_http_requests_total /)
    for (const [method, path] of [
      ['GET', '/v1/users'],
      ['GET', '/healthz'],
      ['GET', '/metrics/'],
      ['POST', '/metrics'],
    ] as const) {
      assert.equal((await fetch(new URL(path, url), { method })).status, 404, `${method} ${path}`)
    }
    // A page of somebody else, whose name was made to lead here.
    assert.equal(await statusFor(url, 'rebound.example'), 404)
    assert.equal(await statusFor(url, 'localhost'), 200)
  })

  test('[J04] ten thousand addresses, accounts, clients and methods that nobody knows make no new number', async (context) => {
    const countersign = await createCountersign({ ...inMemory, logLevel: 'silent', oauth: true, passwordMemoryKib: 64, passwordPasses: 1 })
    context.after(() => countersign.close())
    const ask = (path: string, init: RequestInit = {}): Promise<Response> => countersign.fetch(new Request(countersign.issuer + path, init))
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const strange = async (n: number): Promise<void> => {
      await ask(`/nothing/${n}`, { headers: { authorization: `Bearer stranger-${n}` } })
      if (n % 200 !== 0) return
      await ask(`/v1/users/usr_${n}`, { method: `STRANGE${n}` })
      await ask(`/v1/users/usr_${n}?of=${n}`)
      await ask(`/v1/users/usr_${n}`, { headers: { authorization: `Bearer stranger-${n}`, traceparent: `${n}` } })
      const body = new URLSearchParams({ grant_type: `grant-${n}`, client_id: `client-${n}` }).toString()
      await ask('/oauth/token', { method: 'POST', headers: form, body })
      if (n % 400 !== 0) return
      const sent = JSON.stringify({ email: `stranger${n}@example.com`, password: PASSWORD })
      await ask('/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: sent })
      await ask(`/sign-in?return_to=/${n}`, { headers: { accept: 'text/html' } })
    }
    const names = async (): Promise<readonly string[]> => {
      const text = await (await countersign.localFetch(new Request('http://localhost/metrics'))).text()
      // The garbage collector and the jobs come when they like.
      return [...samplesOf(text).keys()].filter((name) => !/^(?:nodejs_gc|countersign_job)_/.test(name)).sort()
    }
    await strange(0)
    await strange(400)
    await names()
    const known = await names()
    for (let n = 1; n <= 10_000; n++) await strange(n)
    // What is new may only be an outcome of our own, such as having to wait.
    const codes = /outcome="rate_limited"|code="rate_limited"|status="4xx"/
    assert.deepEqual(
      (await names()).filter((name) => !known.includes(name) && !codes.test(name)),
      [],
    )
  })

  test('[J04] nothing in the metrics says who was there, from where, or with what', async () => {
    const { email, user, session, access_token: token, refresh_token: refresh } = await world.person(['admin'])
    const service = await world.service('a-name-that-nobody-else-has')
    await world.ask('GET', '/v1/me', { token })
    await world.ask('GET', `/v1/users/${user.id}`, { token })
    const keys = await world.ask('GET', '/v1/signing-keys', { token })
    const created = await world.ask('POST', '/v1/api-keys', { token, body: { name: 'of-nobody-else' } })
    const { text } = await world.local('GET', '/metrics')
    const secrets = [email, user.id, session.id, token, refresh, service.id, service.credential, 'nobody-else', '127.0.0.1', world.url]
    const told = [...JSON.stringify([keys.body, created.body]).matchAll(/"(?:kid|id|key|secret)":"([^"]+)"/g)]
    secrets.push(...told.map(([, found]) => found ?? ''))
    assert.ok(secrets.length > 12)
    for (const secret of secrets) assert.ok(!text.includes(secret), secret)
    const values = [...text.matchAll(/="([^"]*)"/g)].map(([, value = '']) => value)
    for (const value of values) assert.doesNotMatch(value, /(?:usr|ses|svc|jti|req)_|cs_|eyJ|@|^[\w-]{32,}$/)
  })

  test('[J04] the names are as Prometheus wants them, and the page for operators lists every one with its labels', async () => {
    const { text } = await world.local('GET', '/metrics')
    const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }))
    for (const { name, type } of families) {
      assert.match(name, /^(?:countersign|process|nodejs)_[a-z0-9_]+$/)
      assert.equal(name.endsWith('_total'), type === 'counter', name)
      assert.doesNotMatch(name, /_(?:ms|milliseconds|kib|minutes)(?:_|$)/)
    }
    const page = readFileSync(new URL('../../doc/guide/operate.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `((?:countersign|process|nodejs)_\w+)` \| (\w+) \| ([^|]*) \|/gm)]
    assert.deepEqual(
      rows.map(([, name, type]) => ({ name, type })),
      families,
    )
    const documented = new Map(rows.map(([, name, , labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)]))
    for (const { family, labels } of new ServerMetrics().instruments)
      assert.deepEqual(documented.get(family.name), [...labels], family.name)
    for (const [name, labels] of labelsOf(text)) assert.deepEqual(documented.get(name), labels, name)
  })
})

test('[J04] a page is counted by the template of its route, spelled as every route is', async () => {
  const provider = { id: 'idp', name: 'Elsewhere', issuer: 'http://127.0.0.1:9', client_id: 'x', client_secret: 'y'.repeat(32) }
  await using world = await ServerWorld.open({ ...inMemory, identityProviders: [provider] })
  for (const method of ['GET', 'DELETE']) await world.ask(method, '/federation/idp/callback')
  const routes = [...(await world.local('GET', '/metrics')).text.matchAll(/requests_total\{route="(\/federation[^"]*)"/g)]
  assert.deepEqual([...new Set(routes.map(([, route]) => route))], ['/federation/{provider}/callback'])
})

test('[J04] by default nobody reads the metrics over HTTP, whoever they are; this machine’s administrator does', async () => {
  await using world = await ServerWorld.open({ ...inMemory })
  const { access_token: token } = await world.person(['admin'])
  const { credential } = await world.service()
  for (const ask of [{}, { token }, { token: credential }]) assert.equal((await world.ask('GET', '/metrics', ask)).status, 404)
  assert.equal((await world.local('GET', '/metrics')).status, 200)
  assert.equal(world.running.metricsUrl, undefined)
})

test('[J04] where the configuration says so, services and operators read them over HTTP, in the format that they accept', async () => {
  await using world = await ServerWorld.open({ ...inMemory, metrics: 'authenticated' })
  const nobody = await world.ask('GET', '/metrics')
  assert.equal(nobody.status, 401)
  assert.match(nobody.headers.get('www-authenticate') ?? '', /^Bearer /)
  const person = await world.person()
  assert.equal((await world.ask('GET', '/metrics', { token: person.access_token })).status, 403)
  const operator = await world.person(['admin'])
  const answer = await world.ask('GET', '/metrics', { token: operator.access_token })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const { id, credential } = await world.service('prometheus')
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1'
  const open = await world.ask('GET', '/metrics', { token: credential, headers: { accept } })
  assert.equal(open.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8')
  assert.match(open.text, /\n# EOF\n$/)
  const unwanted = { accept: 'application/openmetrics-text;version=1.0.0;q=0,text/plain' }
  assert.match(
    (await world.ask('GET', '/metrics', { token: credential, headers: unwanted })).headers.get('content-type') ?? '',
    /^text\/plain/,
  )
  assert.equal((await world.local('DELETE', `/v1/services/${id}`)).status, 204)
  assert.equal((await world.ask('GET', '/metrics', { token: credential })).status, 401)
})

/** As a browser would ask that was led to another name. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Of each family whose samples show them. */
function labelsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  let family: MetricFamily['name'] = ''
  for (const line of text.split('\n')) {
    family = /^# TYPE (\S+)/.exec(line)?.[1] ?? family
    if (line === '' || line.startsWith('#')) continue
    const labels = [...(/\{(.*)\}/.exec(line)?.[1] ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label ?? '')
    found.set(
      family,
      labels.filter((label) => label !== 'le'),
    )
  }
  return found
}
