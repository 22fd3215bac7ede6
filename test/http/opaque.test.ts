import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { deriveMessageDayKey } from 'countersign/signature'
import { OpaqueClient } from './opaque-client.ts'
import { type Ask, PASSWORD, type Reply, ServerWorld } from './server-world.ts'
import { WireTap } from './wire-tap.ts'

const SECRET_PASSWORD = 'Zwölf Boxkämpfer jagen Viktor'
const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '')

suite('a password that the server never sees', () => {
  let world: ServerWorld
  let client: OpaqueClient
  let people = 0
  const asking = (of: () => ServerWorld) => (method: string, path: string, ask: Ask) => of().ask(method, path, ask)
  const newcomer = async (): Promise<string> => {
    const email = `opaque${++people}@example.com`
    assert.equal((await client.signUp(email, SECRET_PASSWORD)).status, 201)
    return email
  }

  before(async () => {
    world = await ServerWorld.open({ roleScopes: { staff: ['orders:read'] } })
    client = await OpaqueClient.open(asking(() => world))
  })
  after(() => world[Symbol.asyncDispose]())

  test('[A23] sign-up and sign-in give a session and the id of a key that both sides have derived, and nothing that can be replayed', async () => {
    const email = await newcomer()
    const { status, body, headers, secret } = await client.signIn(email, SECRET_PASSWORD, { device: 'laptop' })
    assert.equal(status, 201)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.deepEqual(Object.keys(body).sort(), ['access_key_id', 'device_token', 'session', 'user'])
    assert.equal(body.user.email, email)
    assert.deepEqual([body.session.methods, body.session.device.name], [['pwd'], 'laptop'])
    const { credential } = await world.service()
    const look = { id: body.access_key_id, forms: ['http-message'], day: today() }
    const found = await world.ask('POST', '/v1/access-keys/lookup', { token: credential, body: look })
    assert.equal(found.body.session, body.session.id)
    assert.equal(found.body.keys.http_message.key, Buffer.from(deriveMessageDayKey(secret, today())).toString('base64url'))
  })

  test('[A23] neither the password nor the agreed key crosses the wire, in any spelling', async () => {
    await using tap = await WireTap.open(world.port)
    const email = 'tapped@example.com'
    const tapped = await OpaqueClient.open(async (method, path, { body, token }) => {
      const headers = { 'content-type': 'application/json', connection: 'close', ...(token && { authorization: `Bearer ${token}` }) }
      const init = { method, headers, body: JSON.stringify(body) }
      const response = await fetch(tap.url + path, init)
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, body: JSON.parse(text) } satisfies Reply
    })
    assert.equal((await tapped.signUp(email, SECRET_PASSWORD)).status, 201)
    const { status, secret } = await tapped.signIn(email, SECRET_PASSWORD)
    assert.equal(status, 201)
    const passed = tap.bytes.toString('latin1')
    assert.ok(passed.includes(email) && passed.includes('/v1/opaque/sessions/confirm'), 'the tap heard the whole of it')
    for (const kept of [SECRET_PASSWORD, secret]) {
      for (const spelling of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        const spelt = Buffer.from(Buffer.from(kept).toString(spelling)).toString('latin1')
        assert.equal(passed.includes(spelt), false, `it crossed the wire as ${spelling}`)
      }
      assert.equal(world.lines.join('').includes(kept), false, 'it stands in the log')
    }
  })

  test('[A23] [I17] an unknown address, a wrong password, a suspended account and one with another kind of password look the same', async () => {
    const email = await newcomer()
    const suspended = await newcomer()
    const { session } = (await client.signIn(suspended, SECRET_PASSWORD)).body
    await world.local('PATCH', `/v1/users/${session.user}`, { status: 'suspended' })
    const other = await world.person()
    const attempts = await Promise.all([
      client.attempt(email, 'wrong password'),
      client.attempt('nobody@example.com', SECRET_PASSWORD),
      client.attempt('no address', SECRET_PASSWORD),
      client.attempt(suspended, SECRET_PASSWORD),
      client.attempt(other.email, PASSWORD),
    ])
    const shapes = attempts.map(({ started: { status, body, headers } }) => ({
      status,
      members: Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value.length : value]),
      headers: [...headers].map(([name, value]) => (['x-request-id', 'date'].includes(name) ? name : `${name}: ${value}`)),
    }))
    for (const shape of shapes) assert.deepEqual(shape, shapes[0])
    assert.deepEqual(
      attempts.map(({ proof }) => proof),
      attempts.map(() => undefined),
    )
    // Whoever goes on all the same is told the same.
    const refused = await Promise.all(
      attempts.map(({ started }) => client.confirm({ sign_in: started.body.sign_in, finish_login_request: 'A'.repeat(86) })),
    )
    const answers = refused.map(({ status, body }) => ({ status, ...body, instance: '' }))
    for (const answer of answers) assert.deepEqual(answer, answers[0])
    assert.equal(answers[0]?.code, 'credentials_invalid')
  })

  test('[A23] [I17] asked twice with the same message, the unknown are answered by the same evaluation, as the known are', async () => {
    const start_login_request = await firstMessage()
    for (const email of [await newcomer(), 'nobody@example.com']) {
      const answers = []
      for (let round = 0; round < 2; round++) {
        const { body } = await world.ask('POST', '/v1/opaque/sessions', { body: { email, start_login_request } })
        answers.push(Buffer.from(body.login_response, 'base64url').subarray(0, 32).toString('hex'))
      }
      assert.equal(answers[0], answers[1])
    }
  })

  test('[A23] [I01] a message that finished a sign-in finishes no other, of 20 at the same time one', async () => {
    const email = await newcomer()
    const { proof } = await client.attempt(email, SECRET_PASSWORD)
    const replies = await Promise.all(Array.from({ length: 20 }, () => client.confirm(proof)))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.equal(replies.filter(({ body }) => body.code === 'request_replayed').length, 19)
  })

  test('[A23] the answer to one sign-in does not finish another, nor one that was changed or begun long ago', async () => {
    const email = await newcomer()
    const [one, other] = [await client.attempt(email, SECRET_PASSWORD), await client.attempt(email, SECRET_PASSWORD)]
    assert.ok(one.proof !== undefined && other.proof !== undefined)
    const crossed = await client.confirm({ ...one.proof, sign_in: other.proof.sign_in })
    assert.equal(crossed.body.code, 'credentials_invalid')
    const { sign_in } = one.proof
    const changed = await client.confirm({ ...one.proof, sign_in: sign_in.slice(0, -2) + (sign_in.endsWith('AA') ? 'BA' : 'AA') })
    assert.deepEqual([changed.status, changed.body.errors[0].pointer], [400, '/sign_in'])
    const registration = await client.register(SECRET_PASSWORD)
    assert.equal((await client.confirm({ ...one.proof, sign_in: registration.registration })).status, 400)
    assert.equal((await client.confirm(one.proof)).status, 201, 'what was refused has used nothing up')
  })

  test('[A23] what was begun three minutes ago is over', async () => {
    const clock = new ManualClock(Date.now())
    await using late = await ServerWorld.open({}, { ...systemPlatform, clock })
    const slow = await OpaqueClient.open(asking(() => late))
    await slow.signUp('slow@example.com', SECRET_PASSWORD)
    const { proof } = await slow.attempt('slow@example.com', SECRET_PASSWORD)
    clock.advance(180_000)
    const refused = await slow.confirm(proof)
    assert.deepEqual([refused.status, refused.body.errors[0].pointer], [400, '/sign_in'])
  })

  test('[A23] the key dies with its session, and with the suspension of its user', async () => {
    const { credential } = await world.service()
    const isKnown = async (id: string): Promise<number> =>
      (await world.ask('POST', '/v1/access-keys/lookup', { token: credential, body: { id, forms: ['hawk'] } })).status
    for (const end of ['session', 'user'] as const) {
      const { body } = await client.signIn(await newcomer(), SECRET_PASSWORD)
      assert.equal(await isKnown(body.access_key_id), 200)
      await world.local('POST', '/v1/revocations', { target: { kind: end, id: body[end].id } })
      assert.equal(await isKnown(body.access_key_id), 404)
    }
  })

  test('[A23] with `tokens` the answer is that of any other sign-in', async () => {
    const { body } = await client.signIn(await newcomer(), SECRET_PASSWORD, { tokens: true })
    assert.equal(await world.verdictOn(body.access_token), '200')
    assert.equal(await world.verdictOn((await world.refresh(body.refresh_token)).access_token), '200')
  })

  test('[A23] [B11] setting it is a change of the password: the old one, every older token and every other session are dead', async () => {
    const here = await world.person()
    const there = await world.signIn(here.email)
    const upload = await client.register(SECRET_PASSWORD)
    const path = '/v1/opaque/registrations/confirm'
    const wrong = await world.ask('POST', path, { token: here.access_token, body: { ...upload, current_password: 'wrong password' } })
    assert.equal(wrong.body.code, 'credentials_invalid')
    const set = await world.ask('POST', path, { token: here.access_token, body: { ...upload, current_password: PASSWORD } })
    assert.equal(set.status, 200)
    assert.equal(await world.verdictOn(here.access_token), 'token_revoked')
    assert.equal(await world.verdictOn(there.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(there.refresh_token), 'refresh_invalid')
    assert.equal(await world.verdictOn(set.body.access_token), '200')
    const old = await world.ask('POST', '/v1/sessions', { body: { email: here.email, password: PASSWORD } })
    assert.equal(old.body.code, 'credentials_invalid')
    const plain = await world.ask('POST', '/v1/sessions', { body: { email: here.email, password: SECRET_PASSWORD } })
    assert.equal(plain.body.code, 'credentials_invalid', 'the new one is not taken in clear')
    const change = { current_password: SECRET_PASSWORD, new_password: PASSWORD }
    const back = await world.ask('PUT', '/v1/me/password', { token: set.body.access_token, body: change })
    assert.equal(back.body.code, 'credentials_invalid', 'nor as the current one')
    assert.equal((await client.signIn(here.email, SECRET_PASSWORD)).status, 201)
  })

  test('[A23] changing it needs a proof of today’s, and an older record signs nobody in, not even half-way', async () => {
    const email = await newcomer()
    const begun = await client.attempt(email, SECRET_PASSWORD)
    const { body: here } = await client.signIn(email, SECRET_PASSWORD, { tokens: true })
    const next = await client.register('another long password')
    const path = '/v1/opaque/registrations/confirm'
    const bare = await world.ask('POST', path, { token: here.access_token, body: next })
    assert.deepEqual([bare.status, bare.body.errors[0].pointer], [400, '/current_password'])
    const stranger = await newcomer()
    const foreign = (await client.attempt(stranger, SECRET_PASSWORD)).proof
    const stolen = await world.ask('POST', path, { token: here.access_token, body: { ...next, current_opaque: foreign } })
    assert.equal(stolen.body.code, 'credentials_invalid')
    const current_opaque = (await client.attempt(email, SECRET_PASSWORD)).proof
    const set = await world.ask('POST', path, { token: here.access_token, body: { ...next, current_opaque } })
    assert.equal(set.status, 200)
    assert.equal((await client.confirm(begun.proof)).body.code, 'credentials_invalid')
    assert.equal((await client.attempt(email, SECRET_PASSWORD)).proof, undefined)
    assert.equal((await client.signIn(email, 'another long password')).status, 201)
    const again = await world.ask('POST', path, { token: set.body.access_token, body: { ...next, current_opaque } })
    assert.equal(again.body.code, 'request_replayed')
  })

  test('[A23] a sign-up has one password, in clear or as a record, and a record that could sign nobody in is refused', async () => {
    const email = 'both@example.com'
    const opaque = await client.register(SECRET_PASSWORD)
    const pointerOf = ({ status, body }: Reply): string => `${status} ${body.errors[0].pointer}`
    assert.equal(pointerOf(await world.ask('POST', '/v1/users', { body: { email, password: PASSWORD, opaque } })), '400 /opaque')
    assert.equal(pointerOf(await world.ask('POST', '/v1/users', { body: { email } })), '400 /password')
    const broken = { ...opaque, registration_record: '_'.repeat(256) }
    assert.equal(pointerOf(await world.ask('POST', '/v1/users', { body: { email, opaque: broken } })), '400 /opaque/registration_record')
    const request = await world.ask('POST', '/v1/opaque/registrations', { body: { registration_request: 'A'.repeat(43) } })
    assert.equal(pointerOf(request), '400 /registration_request')
    const start_login_request = 'A'.repeat(128)
    const start = await world.ask('POST', '/v1/opaque/sessions', { body: { email, start_login_request } })
    assert.equal(pointerOf(start), '400 /start_login_request')
  })

  test('[A23] [J06] with a new master secret in front, older records sign in, and the unknown are answered as before', async () => {
    const [older, newer] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
    const first = await ServerWorld.open({ secret: older })
    const { folder } = first
    let current = first
    const own = await OpaqueClient.open(asking(() => current))
    await own.signUp('early@example.com', SECRET_PASSWORD)
    const start_login_request = await firstMessage()
    const evaluation = async (): Promise<string> => {
      const { body } = await current.ask('POST', '/v1/opaque/sessions', { body: { email: 'nobody@example.com', start_login_request } })
      return body.login_response.slice(0, 42)
    }
    const before = await evaluation()
    await first.stop()
    current = await ServerWorld.openIn(folder, { secret: `${newer},${older}` })
    assert.equal((await own.signIn('early@example.com', SECRET_PASSWORD)).status, 201)
    assert.equal(await evaluation(), before)
    await own.signUp('late@example.com', SECRET_PASSWORD)
    await current.stop()
    // Back in the other order: what the newer one made is opened by it wherever it stands.
    await using last = await ServerWorld.openIn(folder, { secret: `${older},${newer}` })
    current = last
    assert.equal((await own.signIn('late@example.com', SECRET_PASSWORD)).status, 201)
  })
})

async function firstMessage(): Promise<string> {
  const library = await import('@serenity-kit/opaque')
  return library.client.startLogin({ password: SECRET_PASSWORD }).startLoginRequest
}
