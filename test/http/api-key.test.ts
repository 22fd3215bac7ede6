import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { API_KEY_PATTERN, ManualClock, newApiKey, parseApiKey, systemPlatform, systemRandom } from 'countersign/core'
import { ApiKeyMark } from 'countersign/key'
import { ApiKeyService, basic } from './api-key-service.ts'
import { mounts } from './mount.ts'
import { until, untilSaid } from './patience.ts'
import { type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

suite('API keys', () => {
  let world: ServerWorld
  let service: ApiKeyService
  let mira: SignedInReply & { readonly email: string }

  before(async () => {
    world = await ServerWorld.open({ roleScopes: { staff: ['orders:read', 'orders:write'], admin: ['orders:read'] } })
    service = await ApiKeyService.open(world)
    mira = await world.person(['staff', 'buyer'])
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const make = (body: object = {}, token = mira.access_token): Promise<Reply> =>
    world.ask('POST', '/v1/api-keys', { token, body: { name: 'script', ...body } })
  const made = async (body: object = {}, token = mira.access_token): Promise<{ id: string; key: string; api_key: Reply['body'] }> => {
    const reply = await make(body, token)
    assert.equal(reply.status, 201, reply.text)
    return { id: reply.body.api_key.id, key: reply.body.key, api_key: reply.body.api_key }
  }
  const change = (id: string, body: object): Promise<Reply> => world.ask('PATCH', `/v1/api-keys/${id}`, { token: mira.access_token, body })
  const remove = (id: string, token = mira.access_token): Promise<Reply> => world.ask('DELETE', `/v1/api-keys/${id}`, { token })
  const verdict = (key: string, requirement: object = {}): Promise<string> => service.verdict(`Bearer ${key}`, requirement)

  test('[E01] a key is random, prefixed, shown once, and rests as a sealed hash: neither database nor log knows it', async () => {
    const { id, key, api_key } = await made({ name: ' nightly ', tags: ['ci', 'ci'], scope: ['orders:read'] })
    assert.match(key, /^cs_live_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{49}$/)
    assert.deepEqual(parseApiKey(key), { environment: 'live', id })
    assert.deepEqual(
      [api_key.name, api_key.environment, api_key.user, api_key.service, api_key.scope, api_key.roles, api_key.tags, api_key.status],
      ['nightly', 'live', mira.user.id, null, ['orders:read'], [], ['ci'], 'active'],
    )
    assert.notEqual((await made()).key, key)
    const shown = await world.ask('GET', `/v1/api-keys/${id}`, { token: mira.access_token })
    assert.deepEqual(shown.body, { api_key })
    const listed = await world.ask('GET', '/v1/api-keys?limit=200', { token: mira.access_token })
    assert.ok(listed.body.api_keys.some((each: { id: string }) => each.id === id))
    assert.equal(await verdict(key), 'ok')
    assert.equal(await verdict(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`), 'credential_malformed')
    const folder = join(world.folder, 'data')
    const files = readdirSync(folder)
      .filter((name) => /^countersign\.db(-wal)?$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'latin1'))
    assert.ok(files.join('').includes(id))
    const everything = `${shown.text}${listed.text}${files.join('')}${world.lines.join('')}${JSON.stringify(service.refused)}`
    assert.ok(!everything.includes(key.slice(31, 60)), 'the secret part of the key stands somewhere')
  })

  test('[E02] the id finds the key, and another secret with the right id and checksum is refused as an unknown key is', async () => {
    const { id, key } = await made()
    const forged = newApiKey({ environment: 'live', id }, systemRandom)
    assert.deepEqual(parseApiKey(forged), parseApiKey(key))
    assert.equal(await verdict(key), 'ok')
    assert.equal(await verdict(forged), 'api_key_invalid')
    assert.equal(await verdict(key), 'ok', 'a wrong guess harms nobody')
    const gone = await made()
    await remove(gone.id)
    assert.equal(await verdict(gone.key), 'api_key_invalid')
    const own = await Promise.all([key, forged].map((each) => world.ask('GET', '/v1/me', { token: each })))
    assert.deepEqual(
      own.map(({ status, body }) => [status, body.code ?? body.user.id]),
      [
        [200, mira.user.id],
        [401, 'api_key_invalid'],
      ],
    )
    assert.match(own[1]?.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/)
  })

  for (const [name, mount] of Object.entries(mounts)) {
    test(`[E03] [E05] ${name}: a key is taken as Bearer and as Basic, and what the route asks holds for it`, async () => {
      await using mounted = await ApiKeyService.open(world, {}, mount)
      const { id, key } = await made({ scope: ['orders:read'], roles: ['staff'] })
      const bearer = `Bearer ${key}`
      for (const authorization of [bearer, `bearer ${key}`, basic(id, key), basic(key)]) {
        const heard = await mounted.ask('/orders', authorization)
        assert.equal(heard.status, 200, heard.text)
        assert.deepEqual(JSON.parse(heard.text), { user: mira.user.id, roles: ['staff'] })
      }
      assert.equal((await mounted.ask('/strict', bearer)).status, 200)
      assert.equal((await mounted.ask('/orders/write', bearer)).code, 'scope_insufficient')
      assert.equal((await mounted.ask('/admin', bearer)).code, 'role_insufficient')
      assert.equal((await mounted.ask('/recent', bearer)).code, 'step_up_required')
      assert.equal(mounted.questions, 1)
      const other = await made()
      const wrong = [
        basic(other.id, key),
        basic('admin', key),
        basic('', key),
        basic(id, ''),
        basic(id, 'password'),
        'Basic !!',
        'Basic AA==',
      ]
      for (const authorization of wrong)
        assert.equal((await mounted.ask('/orders', authorization)).code, 'credential_malformed', authorization)
      await remove(id)
      await untilSaid('api_key_invalid', async () => (await mounted.ask('/orders', bearer)).code ?? 'ok')
      assert.equal((await mounted.ask('/orders', basic(key))).code, 'api_key_invalid')
      assert.ok(!JSON.stringify(mounted.refused).includes(key.slice(31, 60)))
    })
  }

  test('[E03] tools that wait to be asked are asked, where the service wants that; and Basic can be left out', async () => {
    const { id, key } = await made()
    await using asking = await ApiKeyService.open(world, { apiKeys: { basic: 'challenge' } }, mounts['node:http'])
    const response = await asking.ask('/orders', 'Bearer nonsense')
    assert.match(response.headers.get('www-authenticate') ?? '', new RegExp(`Basic realm="${world.url}", charset="UTF-8"$`))
    assert.equal((await asking.ask('/orders', basic(id, key))).status, 200)
    await using bare = await ApiKeyService.open(world, { apiKeys: { basic: false } }, mounts['node:http'])
    const refused = await bare.ask('/orders', basic(id, key))
    assert.equal(refused.code, 'credential_malformed')
    assert.doesNotMatch(refused.headers.get('www-authenticate') ?? '', /Basic/)
  })

  test('[E03] the server’s own API takes Basic with a key; what is a person’s takes none', async () => {
    const { id, key } = await made()
    const as = (authorization: string, path: string, method = 'GET', body?: object): Promise<Reply> =>
      world.ask(method, path, { headers: { authorization }, ...(body && { body }) })
    assert.equal((await as(basic(id, key), '/v1/me')).body.user.id, mira.user.id)
    assert.equal((await as(basic(key), `/v1/api-keys/${id}`)).body.api_key.id, id)
    const other = await made()
    assert.equal((await as(basic(key), `/v1/api-keys/${other.id}`)).status, 404)
    for (const [method, path, body] of [
      ['POST', '/v1/api-keys', { name: 'second' }],
      ['GET', '/v1/api-keys', undefined],
      ['DELETE', `/v1/api-keys/${id}`, undefined],
      ['POST', `/v1/api-keys/${id}/rotate`, {}],
      ['PATCH', `/v1/api-keys/${id}`, { scope: ['orders:write'] }],
      ['POST', '/v1/access-keys', { name: 'key' }],
      ['POST', '/v1/temporary-credentials', {}],
      ['GET', '/v1/sessions', undefined],
    ] as const)
      assert.equal((await as(`Bearer ${key}`, path, method, body)).body.code, 'session_required', `${method} ${path}`)
    assert.equal((await as(`Bearer ${key}`, '/v1/users')).body.code, 'role_insufficient')
  })

  test('[E04] a key has no more than its owner: not at first, and not when the owner has less', async () => {
    const fault = ({ status, body }: Reply): string => `${status} ${body.errors?.[0]?.pointer}`
    assert.equal(fault(await make({ scope: ['admin:all'] })), '400 /scope')
    assert.equal(fault(await make({ roles: ['admin'] })), '400 /roles')
    assert.equal(fault(await make({ addresses: ['nowhere'] })), '400 /addresses')
    assert.equal(fault(await make({ expires_at: '2020-01-01T00:00:00Z' })), '400 /expires_at')
    const ann = await world.person(['staff', 'buyer'])
    const { key } = await made({ scope: ['orders:read', 'orders:write'], roles: ['staff'] }, ann.access_token)
    assert.equal(await verdict(key, { scope: 'orders:write', role: 'staff' }), 'ok')
    await world.local('PATCH', `/v1/users/${ann.user.id}`, { roles: ['buyer'] })
    await untilSaid('scope_insufficient', () => verdict(key, { scope: 'orders:write' }))
    assert.equal(await verdict(key, { role: 'staff' }), 'role_insufficient')
    assert.equal(await verdict(key, { role: 'buyer' }), 'role_insufficient', 'what the key was not given it does not get')
    assert.equal(await verdict(key), 'ok')
    await world.local('PATCH', `/v1/users/${ann.user.id}`, { status: 'suspended' })
    await untilSaid('api_key_invalid', () => verdict(key))
    await world.local('PATCH', `/v1/users/${ann.user.id}`, { status: 'active' })
    // Who has asked before asks again after some seconds.
    await using fresh = await ApiKeyService.open(world)
    assert.equal(await fresh.verdict(`Bearer ${key}`), 'ok')
  })

  test('[E04] a key of an administrator is an operator only if that was said, and never what makes other keys', async () => {
    const admin = await world.person(['admin'])
    const [plain, named] = [await made({}, admin.access_token), await made({ roles: ['admin'] }, admin.access_token)]
    assert.equal((await world.ask('GET', '/v1/users', { token: plain.key })).body.code, 'role_insufficient')
    assert.equal((await world.ask('GET', '/v1/users', { token: named.key })).status, 200)
    assert.equal((await make({ user: mira.user.id }, named.key)).body.code, 'session_required')
  })

  test('[E04] keys of a service go with the service, and have the scopes that an operator gives', async () => {
    const { id } = await world.service('robot')
    const { status, body } = await world.local('POST', '/v1/api-keys', { name: 'robot', service: id, scope: ['jobs:run'] })
    assert.equal(status, 201)
    const principal = await service.verifier.authenticate({ authorization: `Bearer ${body.key}` }, { scope: 'jobs:run' })
    assert.deepEqual(
      [principal.subject, principal.user, principal.client, principal.methods],
      [id, undefined, body.api_key.id, ['api_key']],
    )
    await world.local('DELETE', `/v1/services/${id}`)
    await untilSaid('api_key_invalid', () => verdict(body.key))
  })

  test('[E04] a key is changed, switched off and on, and services hear of it at once', async () => {
    const { id, key } = await made({ scope: ['orders:read'], tags: ['a'], rate_limit: { requests: 100, seconds: 60 } })
    assert.equal(await verdict(key, { scope: 'orders:write' }), 'scope_insufficient')
    const changed = await change(id, { scope: ['orders:write'], name: 'renamed', tags: ['b'], rate_limit: null })
    assert.deepEqual(
      [changed.body.api_key.name, changed.body.api_key.tags, changed.body.api_key.rate_limit, changed.body.api_key.environment],
      ['renamed', ['b'], null, 'live'],
    )
    await untilSaid('ok', () => verdict(key, { scope: 'orders:write' }))
    await change(id, { status: 'disabled' })
    await untilSaid('api_key_invalid', () => verdict(key))
    await change(id, { status: 'active' })
    await untilSaid('ok', () => verdict(key))
    assert.equal((await change(id, {})).status, 400)
    const stranger = await world.person(['staff'])
    assert.equal((await world.ask('PATCH', `/v1/api-keys/${id}`, { token: stranger.access_token, body: { name: 'mine' } })).status, 404)
    assert.equal((await remove(id, stranger.access_token)).status, 404)
    assert.equal(await verdict(key), 'ok')
  })

  test('[E04] a replaced key goes on for the overlap and no longer; of many replacements at once one is made', async () => {
    const { id, key } = await made({ scope: ['orders:read'], rate_limit: { requests: 50, seconds: 1 } })
    const rotate = (from: string, body: object): Promise<Reply> =>
      world.ask('POST', `/v1/api-keys/${from}/rotate`, { token: mira.access_token, body })
    const replies = await Promise.all(Array.from({ length: 10 }, () => rotate(id, { overlap_seconds: 3600 })))
    const won = replies.filter(({ status }) => status === 201)
    assert.equal(won.length, 1)
    assert.ok(replies.every(({ status, body }) => status === 201 || body.code === 'conflict'))
    const next = won[0]?.body
    assert.deepEqual([next.api_key.scope, next.api_key.rate_limit], [['orders:read'], { requests: 50, seconds: 1 }])
    assert.deepEqual([await verdict(key), await verdict(next.key, { scope: 'orders:read' })], ['ok', 'ok'])
    const old = await world.ask('GET', `/v1/api-keys/${id}`, { token: mira.access_token })
    assert.equal(old.body.api_key.successor, next.api_key.id)
    const last = await rotate(next.api_key.id, { overlap_seconds: 0 })
    await untilSaid('api_key_invalid', () => verdict(next.key))
    assert.equal(await verdict(last.body.key), 'ok')
  })

  test('[E04] beyond its limit a key is answered 429 and told when to come again; others go on, and so does it later', async () => {
    await using mounted = await ApiKeyService.open(world, {}, mounts['Express'])
    const [limited, free] = [await made({ rate_limit: { requests: 3, seconds: 3600 } }), await made()]
    const statuses: number[] = []
    for (let n = 0; n < 5; n++) statuses.push((await mounted.ask('/orders', `Bearer ${limited.key}`)).status)
    assert.deepEqual(statuses, [200, 200, 200, 429, 429])
    const heard = await mounted.ask('/orders', `Bearer ${limited.key}`)
    assert.equal(heard.code, 'rate_limited')
    const wait = Number(heard.headers.get('retry-after'))
    assert.ok(wait > 1000 && wait <= 1200, String(wait))
    assert.equal((await mounted.ask('/orders', `Bearer ${free.key}`)).status, 200)
    assert.equal(
      (await mounted.ask('/orders', `Bearer ${newApiKey({ environment: 'live', id: limited.id }, systemRandom)}`)).code,
      'api_key_invalid',
    )
    await change(limited.id, { rate_limit: { requests: 100, seconds: 1 } })
    await untilSaid('ok', async () => (await mounted.ask('/orders', `Bearer ${limited.key}`)).code ?? 'ok')
  })

  test('[E04] a key with an address list is refused from elsewhere, and only its holder learns that', async () => {
    await using mounted = await ApiKeyService.open(world, { trustedProxies: ['127.0.0.1'] }, mounts['Fastify'])
    const { id, key } = await made({ addresses: ['192.0.2.0/24'] })
    const from = async (address: string, shown = key): Promise<string> =>
      (await mounted.ask('/orders', `Bearer ${shown}`, { 'x-forwarded-for': address })).code ?? 'ok'
    assert.equal(await from('192.0.2.9'), 'ok')
    assert.equal(await from('198.51.100.1'), 'address_not_allowed')
    assert.equal((await mounted.ask('/orders', `Bearer ${key}`)).code, 'address_not_allowed')
    assert.equal(await from('192.0.2.9', newApiKey({ environment: 'live', id }, systemRandom)), 'api_key_invalid')
    assert.equal(await service.verdict(`Bearer ${key}`), 'address_not_allowed', 'where no address is known')
  })

  test('[E04] an end and an overlap are kept by the clock; last use is written in batches, whoever reports it', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 22, 12))
    await using timed = await ServerWorld.open({ accessTokenSeconds: 3600 }, { ...systemPlatform, clock })
    const { access_token: token } = await timed.person()
    const ask = (method: string, path: string, body?: object, as = token): Promise<Reply> =>
      timed.ask(method, path, { token: as, ...(body && { body }) })
    const create = async (body: object = {}): Promise<Reply['body']> => (await ask('POST', '/v1/api-keys', { name: 'k', ...body })).body
    const [ending, replaced] = [await create({ expires_at: '2026-11-22T12:00:10Z' }), await create()]
    const { body: next } = await ask('POST', `/v1/api-keys/${replaced.api_key.id}/rotate`, { overlap_seconds: 10 })
    const verdicts = (): Promise<readonly string[]> => Promise.all([ending, replaced, next].map(({ key }) => timed.verdictOn(key)))
    assert.deepEqual(await verdicts(), ['200', '200', '200'])
    clock.advance(9000)
    assert.deepEqual(await verdicts(), ['200', '200', '200'])
    clock.advance(1500)
    assert.deepEqual(await verdicts(), ['api_key_invalid', 'api_key_invalid', '200'])
    const { credential } = await timed.service()
    const elsewhere = await create()
    const at = clock.now() / 1000 - 5
    const uses = [
      { id: elsewhere.api_key.id, at: Math.floor(at) },
      { id: `key_${'A'.repeat(22)}`, at: Math.floor(at) },
    ]
    assert.deepEqual((await ask('POST', '/v1/api-keys/uses', { uses }, credential)).body, { accepted: 2 })
    for (const as of [token, next.key]) assert.equal((await ask('POST', '/v1/api-keys/uses', { uses: [] }, as)).status, 401)
    const lastUse = async (id: string): Promise<string | null> => (await ask('GET', `/v1/api-keys/${id}`)).body.api_key.last_used_at
    const noted = (id: string, at: string): Promise<void> =>
      until(
        `${id} was used at ${at}`,
        async () => (await lastUse(id)) === at,
        () => clock.advance(10_000),
      )
    assert.equal(await lastUse(next.api_key.id), null, 'no request writes')
    await noted(elsewhere.api_key.id, '2026-11-22T12:00:05.000Z')
    await noted(next.api_key.id, '2026-11-22T12:00:10.000Z')
  })

  test('[E04] the published pattern finds every key in other text, and nothing that is none passes its checksum', async () => {
    const pattern = new RegExp(API_KEY_PATTERN, 'g')
    const keys = Array.from({ length: 500 }, (_, n) => {
      const environment = n % 2 === 0 ? 'live' : 'test'
      const id = new ApiKeyMark(new Uint8Array(32).fill(7)).newId(environment, systemRandom)
      return newApiKey({ environment, id }, systemRandom)
    })
    keys.push((await made()).key, (await made({ environment: 'test' })).key)
    const text = keys.map((key, n) => `${['KEY=', '"', 'curl -u ', '/'][n % 4]}${key}${['\n', '"', ':', ' '][n % 4]}`).join('')
    assert.deepEqual(text.match(pattern), keys)
    for (const key of keys) assert.doesNotThrow(() => parseApiKey(key))
    for (const text of ['cs_live_', 'cs_sk_'.padEnd(80, 'A'), 'cs_live_'.padEnd(79, 'A'), 'cs_live_'.padEnd(81, 'A')]) {
      assert.equal(text.match(pattern), null, text)
    }
    assert.throws(() => parseApiKey('cs_live_'.padEnd(80, 'A')))
  })

  test('[E05] a key is checked in the service: one question for the first request, none for those after it, also of many at once', async () => {
    await using fresh = await ApiKeyService.open(world)
    const { key } = await made()
    const verdicts = await Promise.all(Array.from({ length: 64 }, () => fresh.verdict(`Bearer ${key}`)))
    assert.deepEqual(new Set(verdicts), new Set(['ok']))
    for (let n = 0; n < 100; n++) assert.equal(await fresh.verdict(`Bearer ${key}`), 'ok')
    assert.equal(fresh.questions, 1)
    const evidence = fresh.verifier.check({ authorization: `Bearer ${key}` })
    assert.ok(!(evidence instanceof Promise), 'a seen key waits for nothing')
  })

  test('[E05] floods of made-up keys ask nothing of the issuer, whatever their form', async () => {
    await using fresh = await ApiKeyService.open(world)
    const mark = new ApiKeyMark(systemRandom.bytes(32))
    const madeUp = Array.from({ length: 64 }, (_, n) => {
      const id = n % 2 === 0 ? mark.newId('live', systemRandom) : `key_${Buffer.from(systemRandom.bytes(16)).toString('base64url')}`
      return newApiKey({ environment: 'live', id }, systemRandom)
    })
    for (let round = 0; round < 20; round++) {
      const verdicts = await Promise.all(madeUp.map((key) => fresh.verdict(`Bearer ${key}`)))
      assert.deepEqual(new Set(verdicts), new Set(['api_key_invalid']))
    }
    assert.equal(fresh.questions, 0)
    assert.equal(fresh.asked.filter((path) => path === '/v1/api-keys/mark').length, 1)
    for (const text of ['cs_live_', `cs_live_${'A'.repeat(72)}`, `cs_live_${'A'.repeat(9000)}`, `cs_prod_${'A'.repeat(72)}`])
      assert.ok(['credential_malformed', 'token_invalid'].includes(await fresh.verdict(`Bearer ${text}`)), text)
  })

  test('[E05] a removed key is asked about not at all by who has heard of it, and once by who has not, however often it is shown', async () => {
    const { id, key } = await made()
    await using before = await ApiKeyService.open(world)
    assert.equal(await before.verdict(`Bearer ${key}`), 'ok')
    await remove(id)
    await using after = await ApiKeyService.open(world)
    await untilSaid('api_key_invalid', () => before.verdict(`Bearer ${key}`))
    for (const fresh of [before, after]) {
      for (let round = 0; round < 50; round++) {
        const verdicts = await Promise.all(Array.from({ length: 8 }, () => fresh.verdict(`Bearer ${key}`)))
        assert.deepEqual(new Set(verdicts), new Set(['api_key_invalid']))
      }
    }
    assert.deepEqual([before.questions, after.questions <= 1], [1, true])
  })

  test('[E05] a key of the other environment is refused, in both', async () => {
    await using trying = await ApiKeyService.open(world, { apiKeys: { environment: 'test' } })
    const [live, other] = [await made(), await made({ environment: 'test' })]
    assert.match(other.key, /^cs_test_/)
    assert.deepEqual([await trying.verdict(`Bearer ${live.key}`), await trying.verdict(`Bearer ${other.key}`)], ['api_key_invalid', 'ok'])
    assert.deepEqual([await verdict(live.key), await verdict(other.key)], ['ok', 'api_key_invalid'])
    const turned = other.key.replace('cs_test_', 'cs_live_')
    assert.equal(await verdict(turned), 'credential_malformed')
    assert.equal((await world.ask('GET', '/v1/me', { token: other.key })).body.code, 'api_key_invalid')
  })

  test('[E05] a route takes no keys where it says so, and none where it wants a signature', async () => {
    const { key } = await made()
    assert.equal(await verdict(key, { apiKeys: false }), 'credential_malformed')
    assert.equal(await verdict(key, { apiKeys: true }), 'ok')
    for (const asked of [{ sameAddress: true }, { sameDevice: true }, { acr: 'mfa' }, { methods: 'pwd' }, { maxAuthAgeSeconds: 60 }])
      assert.equal(await verdict(key, asked), 'step_up_required', 'nobody signed in')
    assert.throws(() => service.verifier.routeRule({ apiKeys: 'no' as unknown as boolean }), /apiKeys must be true or false/)
    await using without = await ApiKeyService.open(world, { apiKeys: undefined as unknown as true })
    assert.equal(await without.verdict(`Bearer ${key}`), 'credential_malformed')
    assert.equal(await without.verdict(basic(key)), 'credential_malformed')
    await using withCookie = await ApiKeyService.open(world, { cookie: { name: 'session' } })
    const both = { authorization: `Bearer ${key}`, cookie: `session=${mira.access_token}`, method: 'GET' }
    await assert.rejects(withCookie.verifier.authenticate(both), { code: 'credential_malformed' })
    assert.equal((await withCookie.verifier.authenticate({ ...both, cookie: 'other=1' })).user, mira.user.id)
  })
})
