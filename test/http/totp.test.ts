import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createSessionClient } from 'countersign/client'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { OpaqueClient } from './opaque-client.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const STEP_MS = 30_000
const FACTOR = '/v1/me/factors/totp'

interface Person {
  readonly email: string
  readonly id: string
  readonly app: AuthenticatorApp
  readonly recoveryCodes: readonly string[]
  /** Of the session that enrolled: it ended with the confirmation. */
  readonly oldToken: string
  readonly refreshToken: string
}

suite('a second factor', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld

  before(async () => {
    world = await ServerWorld.open({ issuer: 'https://auth.example', signInAttempts: 100 }, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const signIn = (email: string, more: Readonly<Record<string, unknown>> = {}): Promise<Reply> =>
    world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD, ...more } })
  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
  /** The newest secret is the one that counts. */
  const enrol = async (token: string): Promise<AuthenticatorApp> => {
    const { status, body } = await world.ask('POST', FACTOR, { token })
    assert.equal(status, 201)
    const app = new AuthenticatorApp(body.otpauth_uri, clock)
    return app.repeatsItself ? enrol(token) : app
  }
  const confirm = (token: string, code: string): Promise<Reply> => world.ask('POST', `${FACTOR}/confirm`, { token, body: { code } })

  /** Somebody with a confirmed app, whose next code was not used yet. */
  async function protectedPerson(): Promise<Person> {
    const { email, access_token: oldToken, refresh_token: refreshToken, user } = await world.person()
    const app = await enrol(oldToken)
    const { status, body } = await confirm(oldToken, app.code())
    assert.equal(status, 200)
    clock.advance(STEP_MS)
    return { email, id: user.id, app, recoveryCodes: body.recovery_codes, oldToken, refreshToken }
  }
  const tokenOf = async ({ email, app }: Person): Promise<string> => {
    const { status, body } = await signIn(email, { totp_code: app.code() })
    assert.equal(status, 201)
    clock.advance(STEP_MS)
    return body.access_token
  }

  test('[H03] enrolling shows the secret once, as text, as a URI and as a QR code drawn here; sign-in does not ask for it yet', async () => {
    const { email, access_token: token } = await world.person()
    const { body, headers } = await world.ask('POST', FACTOR, { token })
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(body.secret, /^[A-Z2-7]{32}$/)
    const label = encodeURIComponent(email).replace('%40', '@')
    assert.equal(
      body.otpauth_uri,
      `otpauth://totp/auth.example:${label}?secret=${body.secret}&issuer=auth.example&algorithm=SHA1&digits=6&period=30`,
    )
    assert.match(body.qr_svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    assert.doesNotMatch(body.qr_svg, /script|href|style|url\(/)
    assert.equal(verdictOf(await signIn(email)), '201')
    const me = await world.ask('GET', '/v1/me', { token })
    assert.equal(me.text.includes(body.secret), false)
    assert.notEqual((await world.ask('POST', FACTOR, { token })).body.secret, body.secret)
  })

  test('[H03] the secret stands neither in the database nor in the log, in any spelling, and no code does', async () => {
    const { access_token: token } = await world.person()
    const { body } = await world.ask('POST', FACTOR, { token })
    const app = new AuthenticatorApp(body.otpauth_uri, clock)
    const code = app.code()
    const { recovery_codes: recoveryCodes } = (await confirm(token, code)).body
    const bits = Array.from(body.secret as string, (each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'))
    const bytes = Buffer.from(
      bits
        .join('')
        .match(/.{8}/g)
        ?.map((byte) => Number.parseInt(byte, 2)) ?? [],
    )
    const folder = join(world.folder, 'data')
    const files = readdirSync(folder).filter((file) => !file.endsWith('.sock'))
    const stored = files.map((file) => readFileSync(join(folder, file), 'latin1'))
    assert.ok(stored.join('').includes('totp_factor'), 'the database was read')
    const spellings = [body.secret, ...(['latin1', 'hex', 'base64', 'base64url'] as const).map((each) => bytes.toString(each))]
    for (const kept of [...spellings, ...recoveryCodes, recoveryCodes[0].replaceAll('-', '')]) {
      assert.equal(stored.join('').includes(kept), false, 'it stands in the database')
      assert.equal(world.lines.join('').includes(kept), false, 'it stands in the log')
    }
    assert.equal(world.lines.join('').includes(`"${code}"`), false)
  })

  test('[H03] after a right password sign-in asks for the factor and says which; with the code it signs in, and the token says how', async () => {
    const { email, app } = await protectedPerson()
    const asked = await signIn(email)
    assert.deepEqual([asked.status, asked.body.code, asked.body.factors], [401, 'factor_required', ['totp', 'recovery_code']])
    assert.equal(asked.headers.get('set-cookie'), null)
    const { status, body } = await signIn(email, { totp_code: app.code() })
    assert.deepEqual([status, body.session.methods], [201, ['pwd', 'otp']])
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString())
    assert.deepEqual(claims.amr, ['pwd', 'otp'])
    assert.deepEqual((await world.refresh(body.refresh_token)).session.id, body.session.id)
  })

  test('[H03] the clients of the library show the code, of either kind', async () => {
    const { email, app, recoveryCodes } = await protectedPerson()
    const client = createSessionClient({ baseUrl: world.url })
    await assert.rejects(
      client.signIn({ email, password: PASSWORD }),
      (error) => error instanceof AuthError && error.code === 'factor_required',
    )
    const { session } = await client.signIn({ email, password: PASSWORD, totpCode: app.code() })
    const again = await client.signIn({ email, password: PASSWORD, recoveryCode: recoveryCodes[0] ?? '' })
    assert.notEqual(again.session.id, session.id)
  })

  test('[H03] [I17] without the password nobody learns that there is a factor, and uses no code up', async () => {
    const { email, app, recoveryCodes } = await protectedPerson()
    const wrong = { password: 'not the password' }
    for (const more of [wrong, { ...wrong, totp_code: app.code() }, { ...wrong, recovery_code: recoveryCodes[0] }]) {
      assert.equal(verdictOf(await signIn(email, more)), 'credentials_invalid')
    }
    assert.equal(verdictOf(await signIn('nobody@example.com', { totp_code: app.code() })), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email, { totp_code: app.code() })), '201')
    assert.equal(verdictOf(await signIn(email, { recovery_code: recoveryCodes[0] })), '201')
  })

  test('[H03] a code is good one step early and one step late, and no more', async () => {
    const { email, app } = await protectedPerson()
    clock.advance(5 * STEP_MS)
    const verdicts: string[] = []
    for (const ahead of [-2, -1, 0, 1, 2]) verdicts.push(verdictOf(await signIn(email, { totp_code: app.code(ahead) })))
    assert.deepEqual(verdicts, ['credentials_invalid', '201', '201', '201', 'credentials_invalid'])
  })

  test('[H03] [I01] a code is accepted once: of 20 sign-ins at once one; later none; nor that of the confirmation', async () => {
    const { email, app } = await protectedPerson()
    assert.equal(verdictOf(await signIn(email, { totp_code: app.code(-1) })), 'credentials_invalid')
    const replies = await Promise.all(Array.from({ length: 20 }, () => signIn(email, { totp_code: app.code() })))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    assert.equal(replies.filter(({ body }) => body.code === 'credentials_invalid').length, 19)
    clock.advance(STEP_MS)
    assert.equal(verdictOf(await signIn(email, { totp_code: app.code(-1) })), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email, { totp_code: app.code() })), '201')
  })

  test('[H03] what is no code of the app is refused like a wrong password', async () => {
    const { email, app } = await protectedPerson()
    const right = app.code()
    const arabic = Array.from(right, (digit) => String.fromCharCode(0x660 + Number(digit))).join('')
    const wrongs = [app.wrongCode(), right.slice(1), `0${right}`, ` ${right}`, `${right}\n`, arabic, '1e5', '-12345', 'NaN', '0x1234']
    for (const code of wrongs)
      assert.equal(verdictOf(await signIn(email, { totp_code: code })), 'credentials_invalid', JSON.stringify(code))
    for (const code of ['', '1'.repeat(65), Number(right), null, [right]]) {
      assert.equal(verdictOf(await signIn(email, { totp_code: code })), 'request_invalid')
    }
    let other = await protectedPerson()
    while (app.fits(other.app.code())) other = await protectedPerson()
    assert.equal(verdictOf(await signIn(email, { totp_code: other.app.code() })), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email, { totp_code: app.code() })), '201')
  })

  test('[H03] each of ten recovery codes signs in once, however it is typed, for its own account', async () => {
    const { email, recoveryCodes, app } = await protectedPerson()
    assert.equal(new Set(recoveryCodes).size, 10)
    for (const code of recoveryCodes) assert.match(code, /^(?:[A-Z2-7]{6}-){3}[A-Z2-7]{6}$/)
    const [first = '', second = '', third = ''] = recoveryCodes
    const replies = await Promise.all(Array.from({ length: 10 }, () => signIn(email, { recovery_code: first })))
    assert.deepEqual(
      replies.filter(({ status }) => status === 201).map(({ body }) => body.session.methods),
      [['pwd', 'otp']],
    )
    assert.equal(verdictOf(await signIn(email, { recovery_code: first })), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email, { recovery_code: second.replaceAll('-', ' ').toLowerCase() })), '201')
    assert.equal(
      verdictOf(await signIn(email, { recovery_code: `${third.slice(0, -1)}${third.endsWith('A') ? 'B' : 'A'}` })),
      'credentials_invalid',
    )
    assert.equal(verdictOf(await signIn(email, { totp_code: third })), 'credentials_invalid')
    const both = await signIn(email, { recovery_code: third, totp_code: app.code() })
    assert.deepEqual([both.status, both.body.errors[0].pointer], [400, '/recovery_code'])
    const other = await protectedPerson()
    assert.equal(verdictOf(await signIn(other.email, { recovery_code: third })), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email, { recovery_code: third })), '201')
  })

  test('[H03] confirming takes the code of the newest secret only; once confirmed, nothing takes its place', async () => {
    const { email, access_token: token } = await world.person()
    assert.equal(verdictOf(await confirm(token, '123456')), 'not_found')
    const older = await enrol(token)
    let app = await enrol(token)
    while (app.fits(older.code())) app = await enrol(token)
    for (const code of [app.wrongCode(), older.code(), 'abc']) assert.equal(verdictOf(await confirm(token, code)), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(email)), '201')
    assert.equal(verdictOf(await confirm(token, app.code())), '200')
    const { access_token: now } = (await signIn(email, { totp_code: app.code(1) })).body
    clock.advance(2 * STEP_MS)
    assert.equal(verdictOf(await world.ask('POST', FACTOR, { token: now })), 'conflict')
    assert.equal(verdictOf(await confirm(now, app.code())), 'conflict')
  })

  test('[H03] [B04] confirming and disabling kill every token of before at once, and the sessions go on', async () => {
    const person = await protectedPerson()
    assert.equal(await world.verdictOn(person.oldToken), 'token_revoked')
    const { access_token: token } = await world.refresh(person.refreshToken)
    const body = { current_password: PASSWORD, totp_code: person.app.code() }
    assert.equal((await world.ask('DELETE', FACTOR, { token, body })).status, 204)
    assert.equal(await world.verdictOn(token), 'token_revoked')
    assert.equal(verdictOf(await signIn(person.email)), '201')
  })

  test('[H03] disabling takes the password and a code at once; afterwards recovery codes and app are worth nothing', async () => {
    const person = await protectedPerson()
    const token = await tokenOf(person)
    const disable = async (body: unknown): Promise<string> => verdictOf(await world.ask('DELETE', FACTOR, { token, body }))
    const [recovery, another] = person.recoveryCodes
    assert.equal(await disable({}), 'request_invalid')
    assert.equal(await disable({ current_password: PASSWORD }), 'request_invalid')
    assert.equal(await disable({ totp_code: person.app.code() }), 'request_invalid')
    assert.equal(await disable({ current_password: 'wrong', totp_code: person.app.code() }), 'credentials_invalid')
    assert.equal(await disable({ current_password: 'wrong', recovery_code: recovery }), 'credentials_invalid')
    assert.equal(await disable({ current_password: PASSWORD, totp_code: person.app.wrongCode() }), 'credentials_invalid')
    assert.equal(verdictOf(await signIn(person.email)), 'factor_required')
    assert.equal(await disable({ current_password: PASSWORD, recovery_code: recovery }), '204')
    const { status, body } = await signIn(person.email, { recovery_code: another })
    assert.deepEqual([status, body.session.methods], [201, ['pwd']])
    const again = await world.ask('DELETE', FACTOR, {
      token: body.access_token,
      body: { current_password: PASSWORD, recovery_code: another },
    })
    assert.equal(verdictOf(again), 'not_found')
    await enrol(body.access_token)
  })

  test('[H03] an operator takes the factor from an account; nobody else does', async () => {
    const person = await protectedPerson()
    const path = `/v1/users/${person.id}/factors/totp`
    const { access_token: stranger } = await world.person()
    assert.equal(verdictOf(await world.ask('DELETE', path, { token: stranger })), 'role_insufficient')
    assert.equal(verdictOf(await world.ask('DELETE', path, { token: await tokenOf(person) })), 'role_insufficient')
    assert.equal((await world.local('DELETE', path)).status, 204)
    assert.equal(verdictOf(await world.local('DELETE', path)), 'not_found')
    assert.equal(verdictOf(await signIn(person.email)), '201')
  })

  test('[H03] [A23] a sign-in by OPAQUE passes the same gate, and its proof disables the factor as a password does', async () => {
    const password = 'a password nobody sees'
    const client = await OpaqueClient.open((method, path, ask) => world.ask(method, path, ask))
    await client.signUp('opaque@example.com', password)
    const { body: first } = await client.signIn('opaque@example.com', password, { tokens: true })
    const app = await enrol(first.access_token)
    assert.equal(verdictOf(await confirm(first.access_token, app.code())), '200')
    clock.advance(STEP_MS)
    const asked = await client.signIn('opaque@example.com', password)
    assert.deepEqual([asked.status, asked.body.code], [401, 'factor_required'])
    assert.equal(verdictOf(await client.signIn('opaque@example.com', password, { totp_code: app.wrongCode() })), 'credentials_invalid')
    const { body } = await client.signIn('opaque@example.com', password, { totp_code: app.code(), tokens: true })
    assert.deepEqual(body.session.methods, ['pwd', 'otp'])
    clock.advance(STEP_MS)
    const { proof } = await client.attempt('opaque@example.com', password)
    const ask = { token: body.access_token, body: { current_opaque: proof, totp_code: app.code() } }
    assert.equal((await world.ask('DELETE', FACTOR, ask)).status, 204)
    assert.equal(verdictOf(await client.signIn('opaque@example.com', password)), '201')
  })
})
