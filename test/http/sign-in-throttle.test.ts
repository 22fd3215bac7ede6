import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { client as opaque } from '@serenity-kit/opaque'
import { ManualClock, systemPlatform } from 'countersign/core'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { AuthenticatorApp } from './authenticator-app.ts'
import { OpaqueClient } from './opaque-client.ts'
import { until } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const START = 1_800_000_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const issuer = 'https://auth.example'
/**
 * The tests say where a request comes from. Under one secret each account and address has the same counters in every run: strangers on an account
 * share sixteen.
 */
const behindProxy = { issuer, trustedProxies: ['127.0.0.1'], secret: 'kP3mQ8vXz1Lr6TnB4wYc9HsD2fJgUa7Ee5RoNtVb0iMqZx' }

interface Try {
  readonly from?: string
  readonly password?: string
  readonly token?: string
  readonly code?: string
}

const bodyOf = (email: string, { password = 'wrong horse battery', token, code }: Try): object => ({
  email,
  password,
  device: { name: 'laptop', ...(token === undefined ? {} : { token }) },
  ...(code === undefined ? {} : { totp_code: code }),
})

const trying = (world: ServerWorld, email: string, attempt: Try = {}): Promise<Reply> =>
  world.ask('POST', '/v1/sessions', { body: bodyOf(email, attempt), headers: { 'x-forwarded-for': attempt.from ?? '198.51.100.1' } })

/** `201`, the code of the refusal, or how many seconds it says to wait. */
const verdictOf = ({ status, body, headers }: Reply): string | number => {
  if (status < 300) return String(status)
  if (status !== 429) return body.code
  assert.equal(body.code, 'rate_limited')
  return Number(headers.get('retry-after'))
}
const verdictOn = async (world: ServerWorld, email: string, attempt: Try = {}): Promise<string | number> =>
  verdictOf(await trying(world, email, attempt))

const hostOf = (n: number): string => `203.0.${Math.floor(n / 250)}.${1 + (n % 250)}`

/** Strangers from everywhere, so many that the account bears no more. */
async function besiege(world: ServerWorld, email: string): Promise<void> {
  for (let n = 0; n < 40; n++) await trying(world, email, { from: hostOf(n) })
}

suite('guessing at sign-in', () => {
  let clock: ManualClock
  let world: ServerWorld
  before(async () => {
    clock = new ManualClock(START)
    world = await ServerWorld.open(behindProxy, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  let people = 0
  const newcomer = async (): Promise<string> => {
    const email = `mira${++people}@example.com`
    assert.equal((await world.local('POST', '/v1/users', { email, password: PASSWORD })).status, 201)
    return email
  }

  test('[H02] wrong passwords wait longer and longer, and the right one waits as they do; whoever waited signs in, and is forgiven', async () => {
    const email = await newcomer()
    for (let free = 0; free < 6; free++) assert.equal(await verdictOn(world, email), 'credentials_invalid')
    for (const wait of [1, 2, 4, 8]) {
      assert.equal(await verdictOn(world, email, { password: PASSWORD }), wait)
      clock.advance(wait * 1000)
      assert.equal(await verdictOn(world, email), 'credentials_invalid')
    }
    clock.advance(16_000)
    assert.equal(await verdictOn(world, email, { password: PASSWORD }), '201')
    for (let free = 0; free < 6; free++) assert.equal(await verdictOn(world, email), 'credentials_invalid')
  })

  test('[H02] no wait is longer than a quarter of an hour, and nobody gets more than one attempt in that time for ever', async () => {
    const email = await newcomer()
    const waits: number[] = []
    for (let n = 0; n < 60; n++) {
      const verdict = await verdictOn(world, email)
      if (typeof verdict === 'number') clock.advance(verdict * 1000)
      if (typeof verdict === 'number') waits.push(verdict)
    }
    assert.equal(Math.max(...waits), 900)
    assert.deepEqual(waits.slice(-5), [900, 900, 900, 900, 900])
  })

  test('[H02] [I01] of 64 wrong passwords at once six are looked at', async () => {
    const email = await newcomer()
    const verdicts = await Promise.all(Array.from({ length: 64 }, () => verdictOn(world, email)))
    assert.equal(verdicts.filter((each) => each === 'credentials_invalid').length, 6)
    assert.equal(verdicts.filter((each) => each === 1).length, 58)
  })

  test('[H02] an account that does not exist and a suspended one wait as any other does, and are told the same', async () => {
    const known = await newcomer()
    const suspended = await newcomer()
    const { body } = await world.local('GET', `/v1/users?search=${suspended}`)
    assert.equal((await world.local('PATCH', `/v1/users/${body.users[0].id}`, { status: 'suspended' })).status, 200)
    const stories = await Promise.all(
      [known, suspended, 'nobody@example.com', 'not an address'].map(async (email) => {
        const story: unknown[] = []
        for (let n = 0; n < 9; n++) {
          const { status, headers, body } = await trying(world, email)
          story.push([status, headers.get('retry-after'), { ...body, instance: undefined }, [...headers.keys()].sort()])
        }
        return story
      }),
    )
    for (const story of stories) assert.deepEqual(story, stories[0])
  })

  test('[H02] an attacker elsewhere, or everywhere, makes nobody wait on a device that has signed in before', async () => {
    const email = await newcomer()
    const { body } = await trying(world, email, { from: '192.0.2.7', password: PASSWORD })
    assert.match(body.device_token, /^cs_dev_/)
    // From one place: whoever comes from another does not notice.
    for (let n = 0; n < 20; n++) await trying(world, email, { from: '198.51.100.66' })
    assert.equal(typeof (await verdictOn(world, email, { from: '198.51.100.66', password: PASSWORD })), 'number')
    assert.equal(await verdictOn(world, email, { from: '192.0.2.80', password: PASSWORD }), '201')
    // From everywhere: strangers wait, wherever they are; the device does not, wherever it is.
    await besiege(world, email)
    assert.equal(typeof (await verdictOn(world, email, { from: '192.0.2.81', password: PASSWORD })), 'number')
    const again = await trying(world, email, { from: '192.0.2.99', password: PASSWORD, token: body.device_token })
    assert.equal(again.status, 201)
    // The same device through all of its sign-ins.
    assert.equal(again.body.device_token.split('.')[1], body.device_token.split('.')[1])
  })

  test('[H02] the device has a budget of its own, which strangers do not fill and which fills no one else’s', async () => {
    const email = await newcomer()
    const { body } = await trying(world, email, { password: PASSWORD })
    const device = { token: body.device_token }
    for (let n = 0; n < 11; n++) assert.equal(await verdictOn(world, email, device), 'credentials_invalid')
    assert.equal(await verdictOn(world, email, { ...device, password: PASSWORD }), 1)
    assert.equal(await verdictOn(world, email), 'credentials_invalid')
    clock.advance(1000)
    assert.equal(await verdictOn(world, email, { ...device, password: PASSWORD }), '201')
    assert.equal(await verdictOn(world, email, device), 'credentials_invalid')
  })

  test('[H02] a device token of somebody else, a forged one and one of before a new password help nobody', async () => {
    const [email, other] = [await newcomer(), await newcomer()]
    const mine = (await trying(world, other, { password: PASSWORD })).body.device_token as string
    const { body } = await trying(world, email, { from: '192.0.2.5', password: PASSWORD })
    const parts = (body.device_token as string).split('.')
    const forged = [
      mine,
      mine.replace(/^cs_dev_[^.]+/, parts[0] ?? ''),
      [parts[0], parts[1], '2', parts[3], parts[4]].join('.'),
      body.device_token.slice(0, -1) + (body.device_token.endsWith('A') ? 'B' : 'A'),
      'cs_dev_x',
      'x'.repeat(256),
    ]
    await besiege(world, email)
    for (const token of forged)
      assert.equal(typeof (await verdictOn(world, email, { from: '192.0.2.5', password: PASSWORD, token })), 'number')
    const change = { current_password: PASSWORD, new_password: 'another horse battery' }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: body.access_token, body: change })).status, 200)
    const old = { from: '192.0.2.5', password: change.new_password, token: body.device_token as string }
    assert.equal(typeof (await verdictOn(world, email, old)), 'number')
  })

  test('[H02] a browser has its device token in a cookie that no script reads, and in no body', async () => {
    const email = await newcomer()
    const browser = { origin: issuer, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '192.0.2.30', 'x-forwarded-proto': 'https' }
    const signIn = (cookie: string) =>
      world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, transport: 'cookie' }, headers: { ...browser, cookie } })
    const { status, headers, text } = await signIn('other=1')
    assert.equal(status, 201)
    const cookie = headers.getSetCookie().find((each) => each.startsWith('__Host-cs_device=')) ?? ''
    assert.match(cookie, /^__Host-cs_device=cs_dev_.*; HttpOnly/)
    assert.equal(text.includes('cs_dev_'), false)
    await besiege(world, email)
    assert.equal(typeof verdictOf(await signIn('other=1')), 'number')
    assert.equal(verdictOf(await signIn(cookie.split(';')[0] ?? '')), '201')
  })

  test('[H02] one address that sprays over many accounts is slowed down, and an account of its own does not help it', async () => {
    const own = await newcomer()
    const spray = (n: number) => trying(world, `spray${n}@example.com`, { from: '198.51.100.77' })
    for (let n = 0; n < 101; n++) {
      assert.equal(verdictOf(await spray(n)), 'credentials_invalid')
      // So that the crowd has forgotten it: this is about the address.
      clock.advance(200)
      if (n % 25 === 1) assert.equal(await verdictOn(world, own, { from: '198.51.100.77', password: PASSWORD }), '201')
    }
    assert.ok(Number(verdictOf(await spray(200))) >= 1)
    let letIn = 0
    for (let n = 0; n < 60; n++) {
      if (verdictOf(await spray(300 + n)) === 'credentials_invalid') letIn++
      clock.advance(60_000)
    }
    assert.ok(letIn <= 60, `an hour let ${letIn} in`)
    assert.equal(await verdictOn(world, 'spray1@example.com', { from: '198.51.100.78' }), 'credentials_invalid')
  })

  test('[H02] whoever has an IPv6 network is one address', async () => {
    for (let n = 0; n < 101; n++) {
      await trying(world, `six${n}@example.com`, { from: `2001:db8:7:7::${(n + 1).toString(16)}` })
      clock.advance(100)
    }
    assert.equal(typeof (await verdictOn(world, 'six200@example.com', { from: '2001:db8:7:7:ffff::1' })), 'number')
    assert.equal(await verdictOn(world, 'six200@example.com', { from: '2001:db8:7:8::1' }), 'credentials_invalid')
  })

  test('[H02] an office behind one address signs in all at once, with a mistake each', async () => {
    const colleagues = await Promise.all(Array.from({ length: 40 }, newcomer))
    clock.advance(HOUR_MS)
    const mistaken = await Promise.all(colleagues.map((email) => verdictOn(world, email, { from: '198.51.100.200' })))
    const right = await Promise.all(colleagues.map((email) => verdictOn(world, email, { from: '198.51.100.200', password: PASSWORD })))
    assert.deepEqual([new Set(mistaken), new Set(right)], [new Set(['credentials_invalid']), new Set(['201'])])
  })

  test('[H02] [H03] the right password does not buy endless codes', async () => {
    const email = await newcomer()
    const { access_token: token } = (await trying(world, email, { password: PASSWORD })).body
    const { body } = await world.ask('POST', '/v1/me/factors/totp', { token })
    const app = new AuthenticatorApp(body.otpauth_uri, clock)
    assert.equal((await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })).status, 200)
    clock.advance(HOUR_MS)
    // To be asked for a code is no mistake, however often.
    for (let n = 0; n < 20; n++) assert.equal(await verdictOn(world, email, { password: PASSWORD }), 'factor_required')
    const verdicts: unknown[] = []
    for (let n = 0; n < 8; n++) {
      verdicts.push(await verdictOn(world, email, { password: PASSWORD, code: app.wrongCode() }))
      verdicts.push(await verdictOn(world, email, { password: PASSWORD }))
    }
    assert.equal(verdicts.filter((each) => each === 'credentials_invalid').length, 6)
    assert.equal(await verdictOn(world, email, { password: PASSWORD, code: app.code() }), 1)
    clock.advance(1000)
    assert.equal(await verdictOn(world, email, { password: PASSWORD, code: app.code() }), '201')
  })

  test('[H02] whoever has a stolen session guesses the password no longer than anybody, and locks nobody out of signing in', async () => {
    const email = await newcomer()
    const { access_token: token } = (await trying(world, email, { password: PASSWORD })).body
    const change = async (current: string) =>
      verdictOf(
        await world.ask('PUT', '/v1/me/password', { token, body: { current_password: current, new_password: 'another horse battery' } }),
      )
    for (let n = 0; n < 11; n++) assert.equal(await change('wrong'), 'credentials_invalid')
    assert.equal(await change(PASSWORD), 1)
    assert.equal(await verdictOn(world, email, { password: PASSWORD }), '201')
    clock.advance(1000)
    assert.equal(await change(PASSWORD), '200')
  })

  test('[H02] [A23] OPAQUE counts from its first message on, which is enough to try a password, and takes it back when it was right', async () => {
    const client = await OpaqueClient.open((method, path, ask) =>
      world.ask(method, path, { ...ask, headers: { 'x-forwarded-for': '198.51.100.9' } }),
    )
    const email = 'opaque@example.com'
    assert.equal((await client.signUp(email, PASSWORD)).status, 201)
    for (let n = 0; n < 8; n++) assert.equal((await client.signIn(email, PASSWORD)).status, 201)
    const start = (password: string) => {
      const body = { email, start_login_request: opaque.startLogin({ password }).startLoginRequest }
      return world.ask('POST', '/v1/opaque/sessions', { body, headers: { 'x-forwarded-for': '198.51.100.9' } })
    }
    for (let n = 0; n < 6; n++) assert.equal((await start('wrong')).status, 200)
    assert.equal(verdictOf(await start(PASSWORD)), 1)
    assert.equal(await verdictOn(world, email, { from: '198.51.100.9' }), 1)
    clock.advance(1000)
    assert.equal((await client.signIn(email, PASSWORD)).status, 201)
    assert.equal((await start('wrong')).status, 200)
  })

  test('[H02] an operator lets strangers try anew at once', async () => {
    const email = await newcomer()
    await besiege(world, email)
    const { body } = await world.local('GET', `/v1/users?search=${email}`)
    assert.equal(typeof (await verdictOn(world, email, { from: '192.0.2.90', password: PASSWORD })), 'number')
    assert.equal((await world.local('DELETE', `/v1/users/${body.users[0].id}/sign-in-attempts`)).status, 204)
    assert.equal(await verdictOn(world, email, { from: '192.0.2.90', password: PASSWORD }), '201')
    assert.equal((await world.local('DELETE', `/v1/users/usr_AAAAAAAAAAAAAAAAAAAAAA/sign-in-attempts`)).status, 404)
  })

  test('[H02] what nobody fills any more is swept, and the log names no one', async () => {
    const counters = new DatabaseSync(join(world.folder, 'data', 'countersign.db'), { readOnly: true })
    const count = (): unknown => counters.prepare('SELECT count(*) AS count FROM throttle_counter').get()?.['count']
    await besiege(world, 'forgotten@example.com')
    assert.ok(Number(count()) > 20)
    clock.advance(24 * HOUR_MS)
    const isEmpty = (): boolean => count() === 0
    await until('the counters are swept', isEmpty, () => clock.advance(MINUTE_MS))
    counters.close()
    const log = world.lines.join('')
    assert.match(log, /rate_limited/)
    for (const secret of ['cs_dev_', PASSWORD, 'wrong horse', '@example.com'])
      assert.equal(log.includes(secret), false, `the log says ${secret}`)
  })
})

test('[H02] all strangers together try no more than so much in a minute, and known devices do not notice', async () => {
  const clock = new ManualClock(START)
  await using world = await ServerWorld.open({ ...behindProxy, signInAttemptsPerMinute: 240 }, { ...systemPlatform, clock })
  const { email } = await world.person()
  const known = (await trying(world, email, { password: PASSWORD })).body.device_token
  const flood = await Promise.all(Array.from({ length: 400 }, (_, n) => verdictOn(world, `crowd${n}@example.com`, { from: hostOf(n) })))
  const letIn = flood.filter((each) => each === 'credentials_invalid').length
  assert.ok(letIn >= 200 && letIn <= 244, `${letIn} were let in`)
  assert.equal(await verdictOn(world, email, { password: PASSWORD, token: known }), '201')
})

test('[H02] what was tried is known after a restart', async () => {
  const clock = new ManualClock(START)
  const platform = { ...systemPlatform, clock }
  await using world = await ServerWorld.open(behindProxy, platform)
  const { email } = await world.person()
  for (let n = 0; n < 6; n++) assert.equal(await verdictOn(world, email), 'credentials_invalid')
  await world.stop()
  const again = await ServerWorld.openIn(world.folder, behindProxy, platform)
  assert.equal(await verdictOn(again, email, { password: PASSWORD }), 1)
  clock.advance(1000)
  assert.equal(await verdictOn(again, email, { password: PASSWORD }), '201')
  await again.stop()
})

suite('guessing at several servers', () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres[Symbol.asyncDispose]())

  test('[H02] [I01] two servers on one PostgreSQL count together, whatever comes at once, and know each other’s devices', async () => {
    const platform = { ...systemPlatform, clock: new ManualClock(START) }
    const secret = 'q3Lr9vYdT5wXz0KbNf8sJm1uHc7RgPe4AoIiUyTtxZ9wQ'
    const options = { ...behindProxy, secret, database: await postgres.createDatabase() }
    await using first = await ServerWorld.open(options, platform)
    await using second = await ServerWorld.open(options, platform)
    const { email } = await first.person()
    const known = (await trying(first, email, { password: PASSWORD })).body.device_token
    const verdicts = await Promise.all(Array.from({ length: 64 }, (_, n) => verdictOn(n % 2 === 0 ? first : second, email)))
    assert.equal(verdicts.filter((each) => each === 'credentials_invalid').length, 6)
    assert.equal(verdicts.filter((each) => each === 1).length, 58)
    assert.equal(await verdictOn(second, email, { password: PASSWORD, token: known }), '201')
  })
})
