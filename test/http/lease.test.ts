import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { leaseFixture, newRecipient, takeLease } from 'countersign/lease'
import { AuthenticatorApp } from './authenticator-app.ts'
import { FollowingService, verdict } from './authority-world.ts'
import { until, untilSaid } from './patience.ts'
import { type Reply, ServerWorld } from './server-world.ts'

const NOW = 1_800_000_000_000
const MINUTE_MS = 60_000
/** What verifiers allow a clock to be wrong by. */
const TOLERANCE_MS = 5_000
const roleScopes = { tester: ['leases:take'] }

const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
const signInTo = (world: ServerWorld, email: string, password: string): Promise<Reply> =>
  world.ask('POST', '/v1/sessions', { body: { email, password } })

suite('leases', () => {
  let world: ServerWorld
  let tester: string

  before(async () => {
    world = await ServerWorld.open({ roleScopes })
    const person = await world.person(['tester'])
    const { body } = await world.ask('POST', '/v1/api-keys', { token: person.access_token, body: { name: 'ci', scope: ['leases:take'] } })
    tester = body.key
  })
  after(() => world[Symbol.asyncDispose]())

  let pools = 0
  async function newPool(size = 1, more: object = {}): Promise<string> {
    const pool = `pool-${++pools}`
    for (let n = 0; n < size; n++) {
      const { status, text } = await world.local('POST', '/v1/lease-users', { pool, email: `${pool}-${n}@test.example`, ...more })
      assert.equal(status, 201, text)
    }
    return pool
  }
  const take = (pool: string, more: object = {}) => takeLease({ url: world.url, credential: tester, pool, ...more })
  const startLocked = async (pool: string): Promise<Reply['body']> =>
    (await world.ask('POST', '/v1/leases', { token: tester, body: { pool } })).body
  const reveal = (id: string, key: string, token = tester): Promise<Reply> =>
    world.ask('POST', `/v1/leases/${id}/reveal`, { token, body: { unlock_key: key } })

  test('[I01] a lease gives a password that is right from now on, and dead with sessions and tokens when it ends', async () => {
    const service = await FollowingService.open(world, (await world.service()).credential)
    const lease = await take(await newPool(1, { roles: ['staff'] }))
    const person = await world.signIn(lease.email, lease.password)
    assert.deepEqual(person.user.roles, ['staff'])
    assert.equal(await verdict(service.verifier, person.access_token), '200')
    await lease.end()
    assert.equal(verdictOf(await signInTo(world, lease.email, lease.password)), 'credentials_invalid')
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(person.refresh_token), 'refresh_invalid')
    await untilSaid('token_revoked', () => verdict(service.verifier, person.access_token))
    await lease.end()
    service[Symbol.dispose]()
  })

  test('[I01] each lease has a password of its own, and its user nothing of the one before: no app, no key, no session', async () => {
    const pool = await newPool()
    const first = await take(pool)
    const person = await world.signIn(first.email, first.password)
    const enrolment = await world.ask('POST', '/v1/me/factors/totp', { token: person.access_token, body: { password: first.password } })
    assert.equal(enrolment.status, 201, enrolment.text)
    const app = new AuthenticatorApp(enrolment.body.otpauth_uri)
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    assert.equal(confirmed.status, 200, confirmed.text)
    const withApp = { email: first.email, password: first.password, totp_code: app.code(1) }
    const { body: signedIn } = await world.ask('POST', '/v1/sessions', { body: withApp })
    const key = await world.ask('POST', '/v1/api-keys', { token: signedIn.access_token, body: { name: 'left behind' } })
    assert.equal(key.status, 201, key.text)
    await first.end()
    const second = await take(pool)
    assert.equal(second.email, first.email)
    assert.notEqual(second.password, first.password)
    assert.equal(verdictOf(await signInTo(world, first.email, first.password)), 'credentials_invalid')
    const again = await world.signIn(second.email, second.password)
    assert.equal(await world.verdictOn(key.body.key), 'api_key_invalid')
    const factors = await world.ask('GET', '/v1/me/factors', { token: again.access_token })
    assert.deepEqual(factors.body.totp ?? null, null)
    await second.end()
  })

  test('[I01] without a lease nobody signs in as a test user, and a pool never lends somebody twice', async () => {
    const pool = await newPool(2)
    const [a, b] = await Promise.all([take(pool), take(pool)])
    assert.notEqual(a.email, b.email)
    await assert.rejects(take(pool), /nobody of the pool .* is free \(conflict\)/)
    const { body } = await world.local('GET', `/v1/lease-users?pool=${pool}`)
    assert.deepEqual(new Set(body.lease_users.map(({ state }: { state: string }) => state)), new Set(['leased']))
    assert.equal(verdictOf(await world.local('DELETE', `/v1/lease-users/${a.user}`)), 'conflict')
    setTimeout(() => void a.end(), 300)
    const third = await take(pool, { waitSeconds: 60 })
    assert.equal(third.email, a.email)
    await Promise.all([b.end(), third.end()])
    assert.equal(verdictOf(await world.local('DELETE', `/v1/lease-users/${b.user}`)), '204')
    assert.equal(verdictOf(await world.local('DELETE', `/v1/lease-users/${b.user}`)), 'not_found')
  })

  test('[I01] the password travels encrypted to the caller’s key, and stands in no log and nowhere in the database', async () => {
    const pool = await newPool()
    const recipient = await newRecipient()
    const reply = await world.ask('POST', '/v1/leases', { token: tester, body: { pool, deliver_to: recipient.publicKey } })
    assert.deepEqual(Object.keys(reply.body).sort(), ['encrypted_credentials', 'lease'])
    const { password } = await recipient.open(reply.body.encrypted_credentials)
    assert.equal(typeof password, 'string')
    assert.ok(!reply.text.includes(String(password)))
    const other = await newRecipient()
    await assert.rejects(other.open(reply.body.encrypted_credentials), TypeError)
    await assert.rejects(
      recipient.open(reply.body.encrypted_credentials.replace(/.$/, (end: string) => (end === 'A' ? 'E' : 'A'))),
      TypeError,
    )
    const { body, text } = await world.local('GET', `/v1/leases/${reply.body.lease.id}`)
    assert.ok(!text.includes(String(password)))
    assert.equal(body.lease.active, true)
    assert.ok(!world.lines.some((line) => line.includes(String(password))))
    assert.equal(verdictOf(await reveal(reply.body.lease.id, 'cs_lease_x')), 'not_found')
    await world.local('DELETE', `/v1/leases/${reply.body.lease.id}`)
  })

  test('[I01] a locked lease opens once with each key, the next key comes with the answer, and each opening is on record', async () => {
    const pool = await newPool()
    const { lease, unlock_key: firstKey, credentials } = await startLocked(pool)
    assert.equal(credentials, undefined)
    const opened = await reveal(lease.id, firstKey)
    assert.equal(opened.status, 200, opened.text)
    await world.signIn(opened.body.credentials.email, opened.body.credentials.password)
    assert.equal(verdictOf(await reveal(lease.id, firstKey)), 'credentials_invalid')
    const nextKey: string = opened.body.unlock_key
    const answers = await Promise.all(Array.from({ length: 8 }, async () => verdictOf(await reveal(lease.id, nextKey))))
    assert.deepEqual(answers.sort(), ['200', ...Array.from({ length: 7 }, () => 'credentials_invalid')])
    assert.equal(verdictOf(await reveal(lease.id, nextKey.replace(/.$/, 'x'))), 'credential_malformed')
    const other = await startLocked(await newPool())
    assert.equal(verdictOf(await reveal(other.lease.id, firstKey)), 'credentials_invalid')
    const { body } = await world.local('GET', `/v1/leases/${lease.id}`)
    assert.deepEqual(
      body.events.map(({ kind }: { kind: string }) => kind),
      ['started', 'revealed', 'revealed'],
    )
    assert.ok(body.events.every(({ by, address }: { by: string; address: string }) => by.startsWith('usr_') && address !== null))
    const refusals = world.lines.filter((line) => line.includes('lease_reveal_refused') && line.includes(lease.id))
    assert.equal(refusals.length, 8)
    for (const id of [lease.id, other.lease.id]) await world.local('DELETE', `/v1/leases/${id}`)
    assert.equal(verdictOf(await reveal(lease.id, nextKey)), 'not_found')
    assert.ok(!world.lines.some((line) => line.includes(opened.body.credentials.password) || line.includes(nextKey)))
  })

  test('[I01] who has the scope takes leases and sees their own; nobody else does, and only operators fill pools', async () => {
    const pool = await newPool()
    const nobody = await world.person(['staff'])
    const rival = await world.person(['tester'])
    assert.equal(verdictOf(await world.ask('POST', '/v1/leases', { token: nobody.access_token, body: { pool } })), 'scope_insufficient')
    assert.equal(verdictOf(await world.ask('POST', '/v1/leases', { body: { pool } })), 'credential_missing')
    assert.equal(verdictOf(await world.ask('GET', '/v1/lease-users', { token: tester })), 'role_insufficient')
    const admin = { pool, email: 'root@test.example', roles: ['admin'] }
    assert.equal(verdictOf(await world.local('POST', '/v1/lease-users', admin)), 'request_invalid')
    const lease = await take(pool)
    for (const [method, path] of [
      ['GET', `/v1/leases/${lease.id}`],
      ['DELETE', `/v1/leases/${lease.id}`],
    ] as const) {
      assert.equal(verdictOf(await world.ask(method, path, { token: rival.access_token })), 'not_found')
    }
    assert.deepEqual((await world.ask('GET', '/v1/leases', { token: rival.access_token })).body.leases, [])
    const own = (await world.ask('GET', '/v1/leases?state=active', { token: tester })).body.leases
    assert.ok(own.some(({ id }: { id: string }) => id === lease.id))
    assert.ok((await world.local('GET', '/v1/leases')).body.leases.length >= own.length)
    await lease.end()
  })

  test('[I01] the fixture gives a test its user, and takes them away however the test ends', async () => {
    const pool = await newPool()
    const fixture = leaseFixture({ url: world.url, credential: tester, pool })
    assert.match(fixture.toString(), /^async \(\{\s*\}, use\)/, 'Playwright Test reads it so')
    const used: { email: string; password: string }[] = []
    await assert.rejects(
      fixture({}, async (lease) => {
        used.push(lease)
        await world.signIn(lease.email, lease.password)
        throw new Error('the test fails')
      }),
      /the test fails/,
    )
    const [{ email, password } = { email: '', password: '' }] = used
    assert.equal(verdictOf(await signInTo(world, email, password)), 'credentials_invalid')
    await assert.rejects(takeLease({ url: 'http://auth.example', credential: tester, pool }), /https:/)
  })
})

suite('the deadline of a lease', () => {
  const clock = new ManualClock(NOW)
  const platform = { ...systemPlatform, clock }
  const folder = mkdtempSync(join(tmpdir(), 'cs-lease-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function lend(world: ServerWorld, email: string, seconds: number) {
    const recipient = await newRecipient()
    const pool = email.split('@')[0] ?? ''
    assert.equal((await world.local('POST', '/v1/lease-users', { pool, email })).status, 201)
    const { body } = await world.local('POST', '/v1/leases', { pool, seconds, deliver_to: recipient.publicKey })
    const { password } = await recipient.open(body.encrypted_credentials)
    return { id: String(body.lease.id), email, password: String(password) }
  }

  test('[I01] no session and no token of it lives longer, and the clock alone refuses a sign-in though no job has run', async () => {
    const before = await ServerWorld.openIn(folder, { issuer: 'https://auth.example' }, platform)
    const { id, email, password } = await lend(before, 'deadline@test.example', 120)
    const person = (await signInTo(before, email, password)).body
    assert.equal(Date.parse(person.session.expires_at), NOW + 2 * MINUTE_MS)
    assert.equal(person.expires_in, 120)
    // The machine sleeps over the deadline: the server that wakes up refuses before it has had a turn for its jobs.
    await before.stop()
    clock.advance(2 * MINUTE_MS + TOLERANCE_MS)
    const world = await ServerWorld.openIn(folder, { issuer: 'https://auth.example' }, platform)
    try {
      assert.equal(verdictOf(await signInTo(world, email, password)), 'credentials_invalid')
      assert.equal((await world.local('GET', `/v1/leases/${id}`)).body.lease.ended_at, null)
      assert.equal(await world.verdictOn(person.access_token), 'token_expired')
      assert.equal(await world.refreshVerdictOn(person.refresh_token), 'refresh_invalid')
    } finally {
      await world.stop()
    }
  })

  test('[I01] at the deadline a job ends it through the log, once, and the user is free again', async () => {
    const world = await ServerWorld.openIn(folder, { issuer: 'https://auth.example' }, platform)
    try {
      const { id, email, password } = await lend(world, 'job@test.example', 60)
      await world.signIn(email, password)
      clock.advance(MINUTE_MS)
      const isEnded = async (): Promise<boolean> => (await world.local('GET', `/v1/leases/${id}`)).body.lease.ended_by === 'clock'
      await until('the job ends it', isEnded, () => clock.advance(1000))
      assert.equal(world.lines.filter((line) => line.includes('lease_ended') && line.includes(id)).length, 1)
      const { body } = await world.local('GET', '/v1/lease-users?pool=job')
      assert.equal(body.lease_users[0].state, 'free')
      assert.equal(verdictOf(await signInTo(world, email, password)), 'credentials_invalid')
    } finally {
      await world.stop()
    }
  })
})
