// The Shared Signals 1.0 transmitter: streams as their receivers manage them, events as they arrive.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { AuthError, createVerifier } from 'countersign'
import { AuthenticatorApp } from './authenticator-app.ts'
import { answer, type EventClaims, EventReceiver, verified } from './event-receiver.ts'
import { patientPlatform, until, untilSaid } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const STREAMS = '/v1/security-event-streams'
const PUSH = 'urn:ietf:rfc:8935'
const POLL = 'urn:ietf:rfc:8936'
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type'
const LOCAL = { deliveryNetworks: ['127.0.0.0/8'] }

interface Service {
  readonly id: string
  readonly credential: string
}

interface Polled {
  readonly sets: Readonly<Record<string, string>>
  readonly moreAvailable: boolean
}

const claimsIn = (compact: string): EventClaims => JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString())

async function create(world: ServerWorld, { credential }: Service, body: object = {}): Promise<Reply['body']> {
  const made = await world.ask('POST', STREAMS, { token: credential, body })
  assert.equal(made.status, 201, made.text)
  return made.body
}

const pushTo = (receiver: EventReceiver, more: object = {}): object => ({ delivery: { method: PUSH, endpoint_url: receiver.url, ...more } })

async function poll(world: ServerWorld, { credential }: Service, stream: string, body: object = {}): Promise<Polled> {
  const reply = await world.ask('POST', `${STREAMS}/${stream}/events`, { token: credential, body: { returnImmediately: true, ...body } })
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

/** Polls until there is something. */
const awaitEvents = async (world: ServerWorld, service: Service, stream: string, body: object = {}): Promise<readonly EventClaims[]> =>
  Object.values((await poll(world, service, stream, { returnImmediately: false, ...body })).sets).map(claimsIn)

const revoke = async (world: ServerWorld, target: object, more: object = {}): Promise<number> => {
  const { status, body } = await world.local('POST', '/v1/revocations', { target, ...more })
  assert.equal(status, 201)
  return body.position
}

suite('streams of security events', () => {
  let world: ServerWorld
  let receiver: EventReceiver
  before(async () => {
    world = await ServerWorld.open(LOCAL)
    receiver = await EventReceiver.open()
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver.close()
  })

  test('[B41] the configuration of the transmitter says where streams are made, and how', async () => {
    const { status, body, headers } = await world.ask('GET', '/.well-known/ssf-configuration')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/json')
    assert.deepEqual(body, {
      spec_version: '1_0',
      issuer: world.url,
      jwks_uri: `${world.url}/.well-known/jwks.json`,
      delivery_methods_supported: [PUSH, POLL],
      configuration_endpoint: `${world.url}${STREAMS}`,
      status_endpoint: `${world.url}${STREAMS}/status`,
      verification_endpoint: `${world.url}${STREAMS}/verify`,
      authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6750' }],
      default_subjects: 'ALL',
    })
    assert.equal((await world.ask('GET', '/.well-known/ssf-configuration/other')).status, 404)
  })

  test('[B41] an issuer with a path has its configuration between host and path', async () => {
    await using pathed = await ServerWorld.open({ issuer: 'https://login.example/staff' })
    const { status, body } = await pathed.ask('GET', '/.well-known/ssf-configuration/staff')
    assert.deepEqual([status, body.issuer], [200, 'https://login.example/staff'])
    assert.equal((await pathed.ask('GET', '/.well-known/ssf-configuration/customers')).status, 404)
  })

  test('[B41] a stream is made, read, changed in part, replaced and removed by the service that it belongs to', async () => {
    const service = await world.service('partner')
    const ask = (method: string, query = '', body?: object) =>
      world.ask(method, `${STREAMS}${query}`, { token: service.credential, ...(body === undefined ? {} : { body }) })
    assert.deepEqual((await ask('GET')).body, [])
    const requested = [`${CAEP}/session-revoked`, 'urn:example:unknown']
    const asked = { ...pushTo(receiver, { authorization_header: 'Bearer abc' }), events_requested: requested, description: 'for partners' }
    const made = await create(world, service, asked)
    const { stream_id: id } = made
    assert.deepEqual(made, {
      stream_id: id,
      iss: world.url,
      aud: service.id,
      delivery: { method: PUSH, endpoint_url: receiver.url },
      events_supported: [`${CAEP}/session-revoked`, `${CAEP}/credential-change`, `${CAEP}/token-claims-change`],
      events_requested: requested,
      events_delivered: [`${CAEP}/session-revoked`],
      description: 'for partners',
      min_verification_interval: 10,
    })
    const query = `?stream_id=${id}`
    assert.deepEqual((await ask('GET', query)).body, made)
    assert.deepEqual((await ask('GET')).body, [made])

    const changed = await ask('PATCH', '', { ...made, events_requested: [`${CAEP}/credential-change`] })
    assert.equal(changed.status, 200)
    assert.deepEqual(changed.body.events_delivered, [`${CAEP}/credential-change`])
    assert.equal(changed.body.description, 'for partners')

    const replaced = await ask('PUT', '', { stream_id: id })
    const { events_requested: _, description: __, ...rest } = made
    const delivery = { method: POLL, endpoint_url: `${world.url}${STREAMS}/${id}/events` }
    assert.deepEqual(replaced.body, { ...rest, delivery, events_delivered: made.events_supported })

    assert.equal((await ask('DELETE', query)).status, 204)
    for (const method of ['GET', 'DELETE']) assert.equal((await ask(method, query)).status, 404)
    assert.deepEqual((await ask('GET')).body, [])
  })

  test('[B41] nobody else may see, change, fetch or stop a stream, but for operators', async () => {
    const [owner, other] = [await world.service('owner'), await world.service('other')]
    const { access_token: person } = await world.person()
    const { access_token: operator } = await world.person(['admin'])
    const { stream_id: id } = await create(world, owner)
    const body = { stream_id: id }
    const attempts: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['GET', `${STREAMS}?stream_id=${id}`],
      ['PATCH', STREAMS, body],
      ['PUT', STREAMS, body],
      ['GET', `${STREAMS}/status?stream_id=${id}`],
      ['POST', `${STREAMS}/status`, { ...body, status: 'enabled' }],
      ['POST', `${STREAMS}/verify`, body],
      ['POST', `${STREAMS}/${id}/events`, { returnImmediately: true }],
      ['POST', `${STREAMS}/${id}/replay`],
      ['DELETE', `${STREAMS}?stream_id=${id}`],
    ]
    for (const [method, path, said] of attempts) {
      const ask = async (token?: string) =>
        (await world.ask(method, path, { ...(token === undefined ? {} : { token }), ...(said === undefined ? {} : { body: said }) })).status
      assert.equal(await ask(), 401, `${method} ${path}`)
      assert.equal(await ask(person), 403, `${method} ${path}`)
      assert.equal(await ask(other.credential), 404, `${method} ${path}`)
      assert.ok((await ask(operator)) < 300, `${method} ${path}`)
    }
    assert.deepEqual((await world.ask('GET', STREAMS, { token: other.credential })).body, [])
  })

  test('[B41] an operator makes a stream for a receiver that has no credential, and says what it is called', async () => {
    const made = await world.local('POST', STREAMS, { aud: 'https://receiver.example', ...pushTo(receiver) })
    assert.deepEqual([made.status, made.body.aud], [201, 'https://receiver.example'])
    assert.equal((await world.local('POST', STREAMS, {})).status, 400)
    assert.equal((await world.local('DELETE', `${STREAMS}?stream_id=${made.body.stream_id}`)).status, 204)
  })

  const wrong: readonly (readonly [what: string, body: object, pointer: string])[] = [
    ['no endpoint', { delivery: { method: PUSH } }, '/delivery/endpoint_url'],
    ['an endpoint in a private network', { delivery: { method: PUSH, endpoint_url: 'https://10.0.0.1/' } }, '/delivery/endpoint_url'],
    ['a decimal address', { delivery: { method: PUSH, endpoint_url: 'https://2852039166/' } }, '/delivery/endpoint_url'],
    ['an endpoint with credentials', { delivery: { method: PUSH, endpoint_url: 'https://a:b@c.example/' } }, '/delivery/endpoint_url'],
    ['another way of delivery', { delivery: { method: 'urn:example:pigeon' } }, '/delivery/method'],
    [
      'a header that ends and begins another',
      { delivery: { method: PUSH, endpoint_url: 'https://c.example/', authorization_header: 'a\r\nb: c' } },
      '/delivery/authorization_header',
    ],
    ['an audience of its own choice', { aud: 'somebody else' }, '/aud'],
    ['a status', { status: 'enabled' }, '/status'],
  ]
  for (const [what, body, pointer] of wrong) {
    test(`[B41] a stream with ${what} is refused`, async () => {
      const service = await world.service()
      const refused = await world.ask('POST', STREAMS, { token: service.credential, body })
      assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, pointer])
    })
  }

  test('[B41] what the transmitter supplies cannot be changed', async () => {
    const service = await world.service()
    const { stream_id: id } = await create(world, service)
    const said = {
      iss: 'https://elsewhere.example',
      aud: 'somebody else',
      events_supported: [],
      events_delivered: [`${CAEP}/session-revoked`],
      min_verification_interval: 0,
      delivery: { method: POLL, endpoint_url: 'https://elsewhere.example/' },
    }
    for (const [name, value] of Object.entries(said)) {
      for (const method of ['PATCH', 'PUT']) {
        const { status } = await world.ask(method, STREAMS, { token: service.credential, body: { stream_id: id, [name]: value } })
        assert.equal(status, 400, `${method} ${name}`)
      }
    }
  })

  test('[B41] a service has ten streams at most', async () => {
    const service = await world.service()
    for (let n = 0; n < 10; n++) await create(world, service)
    assert.equal((await world.ask('POST', STREAMS, { token: service.credential, body: {} })).status, 409)
  })
})

async function useApp(world: ServerWorld, token: string): Promise<void> {
  const { body } = await world.ask('POST', '/v1/me/factors/totp', { token })
  const code = new AuthenticatorApp(body.otpauth_uri).code()
  assert.equal((await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code } })).status, 200)
}

/** What happens, what is told of it. */
type Happening = readonly [
  what: string,
  happen: (world: ServerWorld, user: string, session: string, access: string) => Promise<unknown>,
  expected: undefined | ((iss: string, user: string, session: string) => readonly [type: string, subject: object, event: object]),
]

const userOf = (iss: string, sub: string): object => ({ format: 'iss_sub', iss, sub })
const sessionOf = (iss: string, sub: string, id: string): object => ({
  format: 'complex',
  session: { format: 'opaque', id },
  user: userOf(iss, sub),
})

const happenings: readonly Happening[] = [
  [
    'a person who signs out',
    (world, _user, _session, access) => world.ask('DELETE', '/v1/sessions/current', { token: access }),
    (iss, user, session) => ['session-revoked', sessionOf(iss, user, session), {}],
  ],
  [
    'a session that an operator revokes for a reason',
    (world, _user, session) => revoke(world, { kind: 'session', id: session }, { reason: 'lost phone' }),
    (iss, user, session) => ['session-revoked', sessionOf(iss, user, session), { reason_admin: { und: 'lost phone' } }],
  ],
  [
    'all sessions of a user',
    (world, user) => revoke(world, { kind: 'user', id: user }),
    (iss, user) => ['session-revoked', userOf(iss, user), {}],
  ],
  [
    'a suspended account',
    (world, user) => world.local('PATCH', `/v1/users/${user}`, { status: 'suspended' }),
    (iss, user) => ['session-revoked', userOf(iss, user), {}],
  ],
  [
    'a changed password',
    (world, _user, _session, access) =>
      world.ask('PUT', '/v1/me/password', { token: access, body: { current_password: PASSWORD, new_password: `${PASSWORD} 2` } }),
    (iss, user) => ['credential-change', userOf(iss, user), { credential_type: 'password', change_type: 'update' }],
  ],
  [
    'a confirmed authenticator app',
    (world, _user, _session, access) => useApp(world, access),
    (iss, user) => ['credential-change', userOf(iss, user), { credential_type: 'app', change_type: 'create' }],
  ],
  [
    'changed roles',
    (world, user) => world.local('PATCH', `/v1/users/${user}`, { roles: ['staff'] }),
    (iss, user) => ['token-claims-change', userOf(iss, user), { claims: { roles: ['staff'] } }],
  ],
  [
    'changed groups',
    (world, user) => world.local('PATCH', `/v1/users/${user}`, { groups: ['night'] }),
    (iss, user) => ['token-claims-change', userOf(iss, user), { claims: { groups: ['night'] } }],
  ],
  [
    'a client',
    (world) => revoke(world, { kind: 'client', id: 'kiosk' }),
    () => ['session-revoked', { format: 'complex', application: { format: 'opaque', id: 'kiosk' } }, {}],
  ],
  [
    'everyone',
    (world) => revoke(world, { kind: 'everyone' }),
    (iss) => ['session-revoked', { format: 'complex', tenant: { format: 'uri', uri: iss } }, {}],
  ],
  ['one token', (world) => revoke(world, { kind: 'token', id: 'abc' }), undefined],
  ['a role', (world) => revoke(world, { kind: 'role', id: 'staff' }), undefined],
  ['a user, softly', (world, user) => revoke(world, { kind: 'user', id: user }, { mode: 'soft' }), undefined],
  ['a rotated signing key', (world) => world.local('POST', '/v1/signing-keys/rotate', {}), undefined],
  ['what another issuer has named', (world) => revoke(world, { kind: 'user', id: 'https://other.example#ada' }), undefined],
]

suite('what is told of', () => {
  let world: ServerWorld
  let receiver: EventReceiver
  let service: Service
  before(async () => {
    world = await ServerWorld.open(LOCAL)
    receiver = await EventReceiver.open()
    service = await world.service()
    await create(world, service, pushTo(receiver, { authorization_header: 'Bearer of-the-receiver' }))
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver.close()
  })

  for (const [what, happen, expected] of happenings) {
    const told = expected === undefined ? 'nothing' : 'one event'
    test(`[B41] of ${what} a receiver is told ${told}`, async () => {
      const { user, session, access_token: access } = await world.person()
      const before = receiver.pushed.length
      await happen(world, user.id, session.id, access)
      // Everything is told in its order: behind this mark nothing of it can be missing.
      const mark = await revoke(world, { kind: 'user', id: 'usr_mark' })
      const all = (await receiver.arrived(before + (expected === undefined ? 1 : 2))).slice(before)
      assert.equal(all.at(-1)?.claims.txn, String(mark))
      if (expected === undefined) return assert.equal(all.length, 1)
      const [first] = all
      assert.ok(first !== undefined)
      assert.deepEqual([first.contentType, first.authorization], ['application/secevent+jwt', 'Bearer of-the-receiver'])
      const claims = await verified(first.compact, world.url, service.id)
      const [type, subject, event] = expected(world.url, user.id, session.id)
      assert.deepEqual(Object.keys(claims.events), [`${CAEP}/${type}`])
      assert.deepEqual(claims.sub_id, subject)
      const { event_timestamp: at, ...said } = claims.events[`${CAEP}/${type}`] ?? {}
      assert.deepEqual(said, event)
      assert.ok(typeof at === 'number' && Math.abs(at - Date.now() / 1000) < 60)
      assert.deepEqual(Object.keys(claims).sort(), ['aud', 'events', 'iat', 'iss', 'jti', 'sub_id', 'txn'])
      assert.ok(claims.jti.endsWith(`.${claims.txn}`))
    })
  }

  test('[B41] a stream tells what was asked for, and nothing else', async () => {
    const stream = await create(world, service, { events_requested: [`${CAEP}/credential-change`] })
    const { access_token: access } = await world.person()
    await revoke(world, { kind: 'user', id: 'usr_other' })
    const passwords = { current_password: PASSWORD, new_password: `${PASSWORD} 3` }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: access, body: passwords })).status, 200)
    const events = await awaitEvents(world, service, stream.stream_id)
    assert.deepEqual(
      events.flatMap(({ events: each }) => Object.keys(each)),
      [`${CAEP}/credential-change`],
    )
  })
})

suite('delivery', () => {
  test('[B41] a verification event comes over the stream with the state that was given, at most once in ten seconds', async () => {
    await using receiver = await EventReceiver.open()
    await using world = await ServerWorld.open(LOCAL)
    const service = await world.service()
    const { stream_id: id } = await create(world, service, pushTo(receiver))
    const verify = async (body: object) => (await world.ask('POST', `${STREAMS}/verify`, { token: service.credential, body })).status
    assert.equal(await verify({ stream_id: id, state: 'VGhpcyBpcw==' }), 204)
    assert.equal(await verify({ stream_id: id }), 429)
    const [pushed] = await receiver.arrived(1)
    const claims = await verified(pushed?.compact ?? '', world.url, service.id)
    assert.deepEqual(claims.events, { [`${SSF}/verification`]: { state: 'VGhpcyBpcw==' } })
    assert.deepEqual(claims.sub_id, { format: 'opaque', id })
    assert.equal(await verify({ stream_id: 'str_unknown' }), 404)
  })

  test('[B41] our own receiver at the other end: what is revoked here is refused there', async () => {
    await using world = await ServerWorld.open(LOCAL)
    const service = await world.service('the other server')
    const transmitter = { issuer: world.url, audience: service.id, jwks_uri: `${world.url}/.well-known/jwks.json` }
    await using other = await ServerWorld.open({ securityEventTransmitters: [transmitter] })
    await create(world, service, { delivery: { method: PUSH, endpoint_url: `${other.url}/v1/security-events` } })
    const { credential } = await other.service()
    const issuers = [{ issuer: world.url, audience: world.url, algorithms: ['ES256'] as const, jwksUri: transmitter.jwks_uri }]
    const verifier = createVerifier({ issuer: other.url, audience: other.url, credential, issuers, platform: patientPlatform })
    await verifier.ready()
    const verdict = async (token: string): Promise<string> => {
      try {
        return (await verifier.authenticate({ authorization: `Bearer ${token}` })).subject
      } catch (error) {
        if (error instanceof AuthError) return error.code
        throw error
      }
    }
    const [ada, bob, eve] = [await world.person(), await world.person(), await world.person()]
    const dead = async (token: string): Promise<void> => {
      await untilSaid('token_revoked', () => verdict(token))
    }
    for (const { access_token: token, user } of [ada, bob, eve]) assert.equal(await verdict(token), user.id)
    await revoke(world, { kind: 'session', id: ada.session.id })
    await dead(ada.access_token)
    assert.equal(await verdict(bob.access_token), bob.user.id)
    await world.local('PATCH', `/v1/users/${bob.user.id}`, { roles: ['staff'] })
    await dead(bob.access_token)
    assert.equal(await verdict(eve.access_token), eve.user.id)
    await revoke(world, { kind: 'everyone' })
    await dead(eve.access_token)
    verifier.close()
  })

  test('[B41] a receiver that is down, fails or refuses gets the same tokens later, in order, also from the server after this one', async () => {
    await using receiver = await EventReceiver.open()
    const first = await ServerWorld.open(LOCAL)
    const service = await first.service()
    await create(first, service, pushTo(receiver))
    receiver.answering = answer(503)
    const positions = [await revoke(first, { kind: 'user', id: 'usr_a' }), await revoke(first, { kind: 'user', id: 'usr_b' })]
    await receiver.arrived(1)
    receiver.isDown = true
    await first.stop()
    const pushed = receiver.pushed.splice(0)

    receiver.isDown = false
    let refusals = 2
    receiver.answering = (response, claims) =>
      answer(refusals-- > 0 ? 400 : 202, '{"err":"invalid_key","description":"not yet"}')(response, claims)
    await using second = await ServerWorld.openIn(first.folder, { ...LOCAL, issuer: first.url })
    positions.push(await revoke(second, { kind: 'user', id: 'usr_c' }))
    const all = await receiver.arrived(5)
    assert.deepEqual(
      all.map(({ claims }) => claims.txn),
      [positions[0], positions[0], ...positions].map(String),
    )
    assert.equal(all[0]?.claims.jti, pushed[0]?.claims.jti)
    assert.deepEqual(all[2]?.claims, pushed[0]?.claims)
  })

  test('[B41] fetched events come again until they are acknowledged, and are waited for', async () => {
    await using world = await ServerWorld.open()
    const service = await world.service()
    const { stream_id: id, delivery } = await create(world, service)
    assert.deepEqual(delivery, { method: POLL, endpoint_url: `${world.url}${STREAMS}/${id}/events` })
    assert.deepEqual(await poll(world, service, id), { sets: {}, moreAvailable: false })

    const waiting = poll(world, service, id, { returnImmediately: false })
    const position = await revoke(world, { kind: 'user', id: 'usr_a' })
    const [[jti, compact] = ['', '']] = Object.entries((await waiting).sets)
    assert.equal((await verified(compact, world.url, service.id)).txn, String(position))
    assert.equal(claimsIn(compact).jti, jti)

    await revoke(world, { kind: 'user', id: 'usr_b' })
    await revoke(world, { kind: 'user', id: 'usr_c' })
    await until('three events', async () => Object.keys((await poll(world, service, id)).sets).length === 3)
    const part = await poll(world, service, id, { maxEvents: 2 })
    assert.deepEqual([Object.keys(part.sets).length, part.moreAvailable], [2, true])
    assert.equal(Object.keys(part.sets)[0], jti)
    const [, second = ''] = Object.keys(part.sets)

    assert.deepEqual(await poll(world, service, id, { maxEvents: 0, ack: [jti, 'never-sent'] }), { sets: {}, moreAvailable: false })
    const status = async () => (await world.ask('GET', `${STREAMS}/status?stream_id=${id}`, { token: service.credential })).body
    assert.deepEqual(await status(), { stream_id: id, status: 'enabled', waiting: 2, refused: 0 })
    const rest = await poll(world, service, id, { setErrs: { [second]: { err: 'invalid_request', description: 'no' } } })
    assert.deepEqual([Object.keys(rest.sets).length, rest.moreAvailable], [1, false])
    assert.deepEqual(await status(), { stream_id: id, status: 'enabled', waiting: 1, refused: 1 })

    const replayed = await world.local('POST', `${STREAMS}/${id}/replay`)
    assert.deepEqual(replayed.body, { replayed: 1 })
    assert.ok(second in (await poll(world, service, id)).sets)
    assert.deepEqual(await poll(world, service, id, { ack: [second, ...Object.keys(rest.sets)] }), { sets: {}, moreAvailable: false })
  })

  test('[B41] a paused stream keeps what happens, a stopped one drops it, and its receiver is told when an operator does it', async () => {
    await using receiver = await EventReceiver.open()
    await using world = await ServerWorld.open(LOCAL)
    const service = await world.service()
    const { stream_id: id } = await create(world, service, pushTo(receiver))
    const set = async (status: string, operator = false) => {
      const body = { stream_id: id, status, reason: 'maintenance' }
      const path = `${STREAMS}/status`
      const reply = operator ? await world.local('POST', path, body) : await world.ask('POST', path, { token: service.credential, body })
      assert.deepEqual(reply.body, { stream_id: id, status, reason: 'maintenance' })
    }
    const status = () => world.ask('GET', `${STREAMS}/status?stream_id=${id}`, { token: service.credential })
    const held = (count: number): Promise<void> => until(`${count} events`, async () => (await status()).body.waiting === count)
    await set('paused')
    const kept = [await revoke(world, { kind: 'user', id: 'usr_a' }), await revoke(world, { kind: 'user', id: 'usr_b' })]
    await held(2)
    assert.equal(receiver.pushed.length, 0)
    await set('enabled')
    await receiver.arrived(2)
    await set('disabled')
    await revoke(world, { kind: 'user', id: 'usr_dropped' })
    await set('enabled')
    kept.push(await revoke(world, { kind: 'user', id: 'usr_c' }))
    const told = await receiver.arrived(3)
    assert.deepEqual(
      told.map(({ claims }) => claims.txn),
      kept.map(String),
    )
    await set('paused', true)
    const notice = (await receiver.arrived(4))[3]
    assert.deepEqual(notice?.claims.events, { [`${SSF}/stream-updated`]: { status: 'paused', reason: 'maintenance' } })
    assert.deepEqual(notice?.claims.sub_id, { format: 'opaque', id })
  })

  test('[B41] a stream ends with the credential that made it', async () => {
    await using receiver = await EventReceiver.open()
    await using world = await ServerWorld.open(LOCAL)
    const service = await world.service()
    const { stream_id: id } = await create(world, service, pushTo(receiver))
    await world.local('DELETE', `/v1/services/${service.id}`)
    await revoke(world, { kind: 'user', id: 'usr_a' })
    const status = async () => (await world.local('GET', `${STREAMS}/status?stream_id=${id}`)).body
    await until('the end of the stream', async () => (await status()).status === 'disabled')
    const { status: ended, reason, waiting } = await status()
    assert.deepEqual([ended, reason, waiting], ['disabled', 'The credential that made the stream was removed.', 0])
    assert.equal(receiver.pushed.length, 0)
  })

  test('[B41] neither what a receiver wants to see nor what it is sent is in the log or the answers', async () => {
    await using receiver = await EventReceiver.open()
    await using world = await ServerWorld.open(LOCAL)
    const service = await world.service()
    receiver.answering = answer(400, '{"err":"invalid_request"}')
    const made = await create(world, service, pushTo(receiver, { authorization_header: 'Bearer s3cr3t-of-the-receiver' }))
    await revoke(world, { kind: 'user', id: 'usr_a' })
    const [pushed] = await receiver.arrived(1)
    const seen = JSON.stringify(made) + world.lines.join('\n')
    assert.ok(!seen.includes('s3cr3t-of-the-receiver'))
    assert.ok(!seen.includes(pushed?.compact.split('.')[2] ?? '?'))
  })
})
