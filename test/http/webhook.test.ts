// Webhooks out: endpoints as operators manage them, events as they arrive, by Standard Webhooks.
import assert from 'node:assert/strict'
import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { Webhook } from 'standardwebhooks'
import { webhookEventTypes } from '../../packages/server/src/delivery/index.ts'
import { webhookEventSchemas } from '../../packages/server/src/server/webhook-event-schema.ts'
import { until } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'
import { type ArrivedWebhook, WebhookEndpointWorld } from './webhook-receiver.ts'

const ENDPOINTS = '/v1/webhook-endpoints'
const DELIVERIES = '/v1/webhook-deliveries'
const LOCAL = { deliveryNetworks: ['127.0.0.0/8'] }

async function create(world: ServerWorld, body: object): Promise<Reply['body']> {
  const made = await world.local('POST', ENDPOINTS, body)
  assert.equal(made.status, 201, made.text)
  return made.body
}

const revoke = async (world: ServerWorld, target: object, more: object = {}): Promise<void> => {
  assert.equal((await world.local('POST', '/v1/revocations', { target, ...more })).status, 201)
}

async function deliveries(world: ServerWorld, query: string): Promise<readonly Reply['body'][]> {
  const { status, body } = await world.local('GET', `${DELIVERIES}?${query}`)
  assert.equal(status, 200)
  return body.webhook_deliveries
}

/** Polls the list, since a delivery is noted after the receiver has answered. */
async function settled(
  world: ServerWorld,
  query: string,
  isThere: (found: readonly Reply['body'][]) => boolean,
): Promise<readonly Reply['body'][]> {
  let found: readonly Reply['body'][] = []
  await until(`deliveries (${query}) as they should be`, async () => {
    found = await deliveries(world, query)
    return isThere(found)
  })
  return found
}

suite('webhooks out', () => {
  let world: ServerWorld
  let receiver: WebhookEndpointWorld
  before(async () => {
    world = await ServerWorld.open(LOCAL)
    receiver = await WebhookEndpointWorld.open()
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver.close()
  })

  test('[F02] an endpoint is made with a secret that is shown once, changed, listed and removed', async () => {
    const { webhook_endpoint: made, secret } = await create(world, {
      url: receiver.url,
      events: ['webhook.test'],
      description: 'for partners',
    })
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    const shown = {
      id: made.id,
      url: receiver.url,
      events: ['webhook.test'],
      description: 'for partners',
      signature: 'v1',
      secrets: 1,
      status: 'enabled',
      reason: null,
      failing_since: null,
      created_at: made.created_at,
    }
    assert.deepEqual(made, shown)
    const path = `${ENDPOINTS}/${made.id}`
    const read = await world.local('GET', path)
    assert.deepEqual(read.body, { webhook_endpoint: shown, waiting: 0, dead: 0, oldest_at: null })
    assert.deepEqual((await world.local('GET', ENDPOINTS)).body.webhook_endpoints, [shown])
    const changed = await world.local('PATCH', path, { description: null, events: ['user.created'], status: 'paused' })
    assert.deepEqual(changed.body.webhook_endpoint, { ...shown, description: null, events: ['user.created'], status: 'paused' })
    const stored = readFileSync(join(world.folder, 'data', 'countersign.db')).toString('latin1')
    assert.ok(!stored.includes(secret.slice('whsec_'.length)) && !world.lines.join('').includes(secret.slice('whsec_'.length)))
    assert.equal((await world.local('DELETE', path)).status, 204)
    for (const method of ['GET', 'DELETE'] as const) assert.equal((await world.local(method, path)).body.code, 'not_found')
  })

  test('[F02] only operators manage endpoints and deliveries', async () => {
    const someone = await world.person()
    for (const [method, path] of [
      ['GET', ENDPOINTS],
      ['POST', ENDPOINTS],
      ['GET', `${ENDPOINTS}/whe_x`],
      ['PATCH', `${ENDPOINTS}/whe_x`],
      ['DELETE', `${ENDPOINTS}/whe_x`],
      ['POST', `${ENDPOINTS}/whe_x/secret`],
      ['POST', `${ENDPOINTS}/whe_x/test`],
      ['GET', DELIVERIES],
      ['POST', `${DELIVERIES}/replay`],
      ['GET', `${DELIVERIES}/whe_x.evt_y`],
      ['POST', `${DELIVERIES}/whe_x.evt_y/replay`],
    ] as const) {
      const body = method === 'POST' || method === 'PATCH' ? { body: {} } : {}
      assert.equal((await world.ask(method, path, body)).status, 401, `${method} ${path}`)
      assert.equal((await world.ask(method, path, { token: someone.access_token, ...body })).body.code, 'role_insufficient')
    }
  })

  for (const [what, url] of [
    ['an address of this machine over http', 'http://10.0.0.1/hooks'],
    ['an address of a private network', 'https://192.168.0.1/hooks'],
    ['the metadata of a cloud', 'http://169.254.169.254/latest'],
    ['a decimal address', 'https://167772161/hooks'],
    ['an octal address', 'https://012.0.0.1/hooks'],
    ['an IPv4-mapped address', 'https://[::ffff:10.0.0.1]/hooks'],
    ['a public address without TLS', 'http://8.8.8.8/'],
    ['credentials in the URL', 'https://a:b@receiver.example/'],
    ['a file', 'file:///etc/passwd'],
  ] as const) {
    test(`[F03] ${what} is no endpoint`, async () => {
      const { status, body } = await world.local('POST', ENDPOINTS, { url })
      assert.deepEqual([status, body.code, body.errors?.[0]?.pointer], [400, 'request_invalid', '/url'])
    })
  }

  test('[F02] what happens arrives once, named and signed as the independent library wants it, and as its schema says', async () => {
    const { webhook_endpoint: endpoint, secret } = await create(world, { url: receiver.url })
    receiver.verifyWith(secret)
    const person = await world.person()
    const { id } = person.user
    const [created] = await receiver.arrivedOf('user.created')
    const [opened] = await receiver.arrivedOf('session.created')
    assert.deepEqual(created?.event.data, { user: id })
    assert.deepEqual(opened?.event.data, { session: person.session.id, user: id, client: 'first-party' })

    assert.equal((await world.local('PATCH', `/v1/users/${id}`, { roles: ['staff'] })).status, 200)
    const [updated] = await receiver.arrivedOf('user.updated')
    assert.deepEqual(updated?.event.data, { user: id, claims: { roles: ['staff'] }, signed_out: false })
    const elevated = await world.local('POST', `/v1/users/${id}/elevations`, { role: 'billing', minutes: 5, reason: 'month end' })
    assert.equal(elevated.status, 201, elevated.text)
    const [elevation] = await receiver.arrivedOf('elevation.started')
    assert.deepEqual(elevation?.event.data, {
      user: id,
      elevation: elevated.body.elevation.id,
      roles: ['staff', 'billing'],
      reason: 'month end',
    })
    const password = 'another correct horse'
    const again = await world.signIn(person.email)
    const change = { body: { current_password: PASSWORD, new_password: password }, token: again.access_token }
    assert.equal((await world.ask('PUT', '/v1/me/password', change)).status, 200)
    const [credential] = await receiver.arrivedOf('user.credential_changed')
    assert.deepEqual(credential?.event.data, { user: id, credential: 'password', change: 'update', signed_out: true })
    const key = await world.local('POST', '/v1/api-keys', { name: 'robot', user: id })
    assert.equal((await world.local('DELETE', `/v1/api-keys/${key.body.api_key.id}`)).status, 204)
    const [ended] = await receiver.arrivedOf('api_key.ended')
    assert.deepEqual(ended?.event.data, { key: key.body.api_key.id })
    for (const kind of ['role', 'group', 'token', 'client'] as const) await revoke(world, { kind, id: 'x' }, { reason: 'why not' })
    await revoke(world, { kind: 'user', id: 'https://other.example#abc' })
    await revoke(world, { kind: 'everyone' }, { mode: 'soft' })
    for (const type of ['role.tokens_revoked', 'group.tokens_revoked', 'token.revoked', 'client.revoked', 'everyone.tokens_revoked'])
      await receiver.arrivedOf(type)
    assert.deepEqual((await receiver.arrivedOf('role.tokens_revoked'))[0]?.event.data, { role: 'x', reason: 'why not' })

    const library = new Webhook(secret)
    for (const { headers, body, event } of receiver.arrived) {
      assert.deepEqual(library.verify(body, headers), event)
      assert.equal(headers['webhook-id'], event.id)
      const schema = webhookEventSchemas[event.type as keyof typeof webhookEventSchemas]
      assert.equal(schema?.safeParse(event).error, undefined, `${event.type} is not as its schema says: ${body}`)
    }
    await receiver.until(() => receiver.taken.length === receiver.arrived.length, 'what was verified')
    assert.equal(new Set(receiver.arrived.map(({ event }) => event.id)).size, receiver.arrived.length)
    assert.equal((await world.local('DELETE', `${ENDPOINTS}/${endpoint.id}`)).status, 204)
  })

  test("[F02] signed with the server's own key, a message is good by the public key that is published", async () => {
    const own = await WebhookEndpointWorld.open()
    const { webhook_endpoint: endpoint, secret } = await create(world, { url: own.url, signature: 'v1a', events: ['session.created'] })
    assert.equal(secret, null)
    const { keys } = (await world.ask('GET', '/.well-known/webhook-jwks.json')).body
    assert.equal(keys.length, 1)
    const tokens = (await world.ask('GET', '/.well-known/jwks.json')).body
    assert.ok(!tokens.keys.some(({ x }: { x: string }) => x === keys[0].x))
    await world.person()
    const [arrived] = await own.arrivedOf('session.created')
    const { headers, body } = arrived as ArrivedWebhook
    const [version, signature = ''] = (headers['webhook-signature'] ?? '').split(',')
    assert.equal(version, 'v1a')
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    const publicKey = createPublicKey({ key: keys[0], format: 'jwk' })
    assert.ok(verifySignature(null, signed, publicKey, Buffer.from(signature, 'base64')))
    const rotated = await world.local('POST', `${ENDPOINTS}/${endpoint.id}/secret`, {})
    assert.equal(rotated.body.code, 'conflict')
    await world.local('DELETE', `${ENDPOINTS}/${endpoint.id}`)
    await own.close()
  })

  test('[F03] after a rotation messages have two signatures, so that either secret verifies; without an overlap only the new one does', async () => {
    const own = await WebhookEndpointWorld.open()
    const { webhook_endpoint: endpoint, secret: first } = await create(world, { url: own.url })
    const rotate = async (overlap: number): Promise<string> => {
      const { status, body } = await world.local('POST', `${ENDPOINTS}/${endpoint.id}/secret`, { overlap_seconds: overlap })
      assert.equal(status, 201)
      assert.equal(body.webhook_endpoint.secrets, overlap === 0 ? 1 : 2)
      return body.secret
    }
    const sent = async (): Promise<ArrivedWebhook> => {
      const before = own.arrived.length
      const { body } = await world.local('POST', `${ENDPOINTS}/${endpoint.id}/test`)
      assert.deepEqual(body, { delivered: true, status: 204, problem: null })
      return own.arrived[before] as ArrivedWebhook
    }
    const isGoodBy = ({ body, headers }: ArrivedWebhook, secret: string): boolean => {
      try {
        new Webhook(secret).verify(body, headers)
        return true
      } catch {
        return false
      }
    }
    const second = await rotate(60)
    const both = await sent()
    assert.deepEqual(
      [first, second].map((secret) => isGoodBy(both, secret)),
      [true, true],
    )
    const third = await rotate(0)
    const one = await sent()
    assert.deepEqual(
      [first, second, third].map((secret) => isGoodBy(one, secret)),
      [false, false, true],
    )
    await world.local('DELETE', `${ENDPOINTS}/${endpoint.id}`)
    await own.close()
  })

  test('[F03] what fails is tried again with the same id and body and a fresh time; what was delivered and given up is replayed', async () => {
    const clock = new ManualClock(systemPlatform.clock.now())
    await using timed = await ServerWorld.open(LOCAL, { ...systemPlatform, clock })
    await using own = await WebhookEndpointWorld.open()
    const { webhook_endpoint: endpoint } = await create(timed, { url: own.url, events: ['session.created'] })
    const arrivals = async (count: number): Promise<readonly ArrivedWebhook[]> => {
      await until(
        `message ${count}`,
        () => own.arrived.length >= count,
        () => clock.advance(10),
      )
      return own.arrived
    }
    const { id } = endpoint
    own.answering = (response) => void response.writeHead(500).end('x'.repeat(100_000))
    await timed.person()
    await arrivals(1)
    const [failed] = await settled(timed, `endpoint=${id}&state=waiting`, ([first]) => first?.outcome !== null)
    assert.deepEqual([failed.outcome, failed.attempts, failed.type], ['HTTP 500', 1, 'session.created'])
    const waitMs = Date.parse(failed.due_at) - clock.now()
    assert.ok(waitMs >= 2500 && waitMs < 10_000, `tried again after ${waitMs} ms`)
    assert.notEqual((await timed.local('GET', `${ENDPOINTS}/${id}`)).body.webhook_endpoint.failing_since, null)

    own.answering = undefined
    assert.equal((await timed.local('POST', `${DELIVERIES}/${failed.id}/replay`)).status, 204)
    const [first, second] = await arrivals(2)
    assert.deepEqual([second?.body, second?.headers['webhook-id']], [first?.body, first?.headers['webhook-id']])
    const [delivered] = await settled(timed, `endpoint=${id}&state=delivered`, (found) => found.length === 1)
    assert.deepEqual([delivered.id, delivered.outcome, delivered.due_at], [failed.id, 'HTTP 204', null])
    assert.equal((await timed.local('GET', `${ENDPOINTS}/${id}`)).body.webhook_endpoint.failing_since, null)
    assert.equal((await timed.local('GET', `${DELIVERIES}/${failed.id}`)).body.payload, first?.body)

    const again = await timed.local('POST', `${DELIVERIES}/replay`, { endpoint: id, state: 'delivered' })
    assert.deepEqual(again.body, { replayed: 1, more: false })
    await arrivals(3)
    assert.deepEqual((await timed.local('POST', `${DELIVERIES}/replay`, { endpoint: id })).body, { replayed: 0, more: false })
    await timed.local('DELETE', `${ENDPOINTS}/${id}`)
    assert.deepEqual(await deliveries(timed, `endpoint=${id}`), [])
  })

  test('[F03] an endpoint that says it is gone is disabled, the others are told, and nothing is lost that is replayed', async () => {
    const [gone, watcher] = await Promise.all([WebhookEndpointWorld.open(), WebhookEndpointWorld.open()])
    const { webhook_endpoint: endpoint } = await create(world, { url: gone.url, events: ['session.created'] })
    const { webhook_endpoint: watching } = await create(world, { url: watcher.url, events: ['webhook_endpoint.disabled'] })
    gone.answering = (response) => void response.writeHead(410).end()
    await world.person()
    const [told] = await watcher.arrivedOf('webhook_endpoint.disabled')
    assert.deepEqual(told?.event.data, { endpoint: endpoint.id, reason: 'gone' })
    const path = `${ENDPOINTS}/${endpoint.id}`
    const { body } = await world.local('GET', path)
    assert.deepEqual([body.webhook_endpoint.status, body.webhook_endpoint.reason], ['disabled', 'gone'])
    await settled(world, `endpoint=${endpoint.id}&state=dead`, (found) => found.length === 1)
    await world.person()
    assert.equal((await world.local('POST', `${DELIVERIES}/replay`, { endpoint: endpoint.id })).body.code, 'conflict')
    gone.answering = undefined
    assert.equal((await world.local('PATCH', path, { status: 'enabled' })).body.webhook_endpoint.reason, null)
    assert.deepEqual((await world.local('POST', `${DELIVERIES}/replay`, { endpoint: endpoint.id })).body, { replayed: 1, more: false })
    await gone.arrivedOf('session.created', 2)
    for (const { id } of [endpoint, watching]) await world.local('DELETE', `${ENDPOINTS}/${id}`)
    await Promise.all([gone.close(), watcher.close()])
  })

  test('[F03] a paused endpoint gets what has happened once it is enabled, a redirect is not followed, and an answer of any length does not matter', async () => {
    const own = await WebhookEndpointWorld.open()
    const { webhook_endpoint: endpoint } = await create(world, { url: own.url, events: ['user.created'] })
    const path = `${ENDPOINTS}/${endpoint.id}`
    await world.local('PATCH', path, { status: 'paused' })
    await world.person()
    await settled(world, `endpoint=${endpoint.id}`, (found) => found.length === 1)
    assert.equal(own.arrived.length, 0)
    own.answering = (response) => void response.writeHead(302, { location: `${own.url}/elsewhere` }).end()
    assert.deepEqual((await world.local('POST', `${path}/test`)).body, { delivered: false, status: 302, problem: null })
    assert.equal(own.arrived.length, 1)
    own.answering = (response) => void response.writeHead(200).end('x'.repeat(1_000_000))
    await world.local('PATCH', path, { status: 'enabled' })
    await own.arrivedOf('user.created')
    await settled(world, `endpoint=${endpoint.id}&state=delivered`, (found) => found.length === 1)
    await world.local('DELETE', path)
    const unreachable = await create(world, { url: own.url })
    await own.close()
    const test = await world.local('POST', `${ENDPOINTS}/${unreachable.webhook_endpoint.id}/test`)
    assert.deepEqual(test.body, { delivered: false, status: null, problem: 'connection' })
    await world.local('DELETE', `${ENDPOINTS}/${unreachable.webhook_endpoint.id}`)
  })

  test('[F03] the list of deliveries goes on where its page ended', async () => {
    const own = await WebhookEndpointWorld.open()
    const { webhook_endpoint: endpoint } = await create(world, { url: own.url, events: ['token.revoked'] })
    for (const id of ['a', 'b', 'c']) await revoke(world, { kind: 'token', id })
    await own.arrivedOf('token.revoked', 3)
    const first = (await world.local('GET', `${DELIVERIES}?endpoint=${endpoint.id}&limit=2`)).body
    assert.equal(first.webhook_deliveries.length, 2)
    const second = (await world.local('GET', `${DELIVERIES}?endpoint=${endpoint.id}&limit=2&after=${encodeURIComponent(first.next)}`)).body
    assert.deepEqual([second.webhook_deliveries.length, second.next], [1, null])
    const ids = [...first.webhook_deliveries, ...second.webhook_deliveries].map(({ id }: { id: string }) => id)
    assert.equal(new Set(ids).size, 3)
    await world.local('DELETE', `${ENDPOINTS}/${endpoint.id}`)
    await own.close()
  })

  test('[F02] the payload of every event type stands in the OpenAPI document, and its meaning in the guide', async () => {
    const { webhooks } = (await world.ask('GET', '/openapi.json')).body
    assert.deepEqual(Object.keys(webhooks).toSorted(), Object.keys(webhookEventSchemas).toSorted())
    const guide = readFileSync(new URL('../../doc/guide/webhooks.md', import.meta.url), 'utf8')
    for (const [type, sentence] of Object.entries(webhookEventTypes)) assert.ok(guide.includes(`| \`${type}\` | ${sentence} |`), type)
    const { schema } = webhooks['session.created'].post.requestBody.content['application/json']
    assert.deepEqual(schema.required, ['id', 'type', 'timestamp', 'data'])
  })
})
