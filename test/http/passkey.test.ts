import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSessionClient } from 'countersign/client'
import { ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'
import { SoftwareAuthenticator, type Twist } from './software-authenticator.ts'

const ISSUER = 'https://auth.example'
const PATH = '/v1/me/factors/passkeys'
const MINUTE_MS = 60_000

interface Person {
  readonly email: string
  readonly id: string
  readonly key: SoftwareAuthenticator
  readonly passkey: string
  readonly recoveryCodes: readonly string[]
  /** Of the session that enrolled: it ended with the enrolment. */
  readonly oldToken: string
  readonly refreshToken: string
}

suite('passkeys', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld

  before(async () => {
    world = await ServerWorld.open({ issuer: ISSUER, passkeyOrigins: ['https://app.auth.example'] }, { ...systemPlatform, clock })
  })
  after(() => world[Symbol.asyncDispose]())

  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
  const newKey = (more: { readonly synced?: boolean; readonly transports?: readonly string[] } = {}): SoftwareAuthenticator =>
    new SoftwareAuthenticator({ origin: ISSUER, ...more })
  const signIn = (body: Readonly<Record<string, unknown>>): Promise<Reply> => world.ask('POST', '/v1/sessions', { body })
  const withPassword = (email: string, more: Readonly<Record<string, unknown>> = {}): Promise<Reply> =>
    signIn({ email, password: PASSWORD, ...more })
  const begin = async (token: string) => {
    const { status, body } = await world.ask('POST', PATH, { token })
    assert.equal(status, 201, JSON.stringify(body))
    return body.options
  }
  const confirm = (token: string, passkey: unknown, name?: string): Promise<Reply> =>
    world.ask('POST', `${PATH}/confirm`, { token, body: { passkey, name } })
  const discover = async () => (await world.ask('POST', '/v1/passkey-challenges', { body: {} })).body.options
  const withPasskey = async (key: SoftwareAuthenticator, twist: Twist = {}): Promise<Reply> =>
    signIn({ passkey: key.get(await discover(), twist) })
  /** Options for the second factor, as whoever has shown the password gets them. */
  const factorOptions = async (email: string) => {
    const { body } = await withPassword(email)
    assert.equal(body.code, 'factor_required')
    return (await world.ask('POST', '/v1/passkey-challenges', { body: { factor_ticket: body.factor_ticket } })).body.options
  }

  async function person(key: SoftwareAuthenticator = newKey()): Promise<Person> {
    const { email, access_token: oldToken, refresh_token: refreshToken, user } = await world.person()
    const { status, body } = await confirm(oldToken, key.create(await begin(oldToken)), 'My key')
    assert.equal(status, 201, JSON.stringify(body))
    return { email, id: user.id, key, passkey: body.passkey.id, recoveryCodes: body.recovery_codes, oldToken, refreshToken }
  }
  const tokenOf = async ({ key }: Pick<Person, 'key'>): Promise<string> => {
    const { status, body } = await withPasskey(key)
    assert.equal(status, 201, JSON.stringify(body))
    return body.access_token
  }

  test('[H04] enrolling answers with what a browser takes as it is: a place, a user without a name in it, no attestation', async () => {
    const { email, access_token: token, user } = await world.person()
    const options = await begin(token)
    assert.deepEqual(options.rp, { id: 'auth.example', name: options.rp.name })
    assert.equal(Buffer.from(options.user.id, 'base64url').toString(), user.id)
    assert.equal(options.user.name, email)
    assert.equal(options.attestation, 'none')
    assert.deepEqual(options.authenticatorSelection, { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' })
    assert.ok(Buffer.from(options.challenge, 'base64url').length >= 16)
    assert.notEqual((await begin(token)).challenge, options.challenge)
    assert.equal(verdictOf(await withPassword(email)), '201', 'nothing has changed yet')
  })

  test('[H04] a passkey alone signs in, nobody is named before, and the token says how', async () => {
    const { key, id } = await person()
    const options = await discover()
    assert.deepEqual(options.allowCredentials, [])
    assert.equal(options.userVerification, 'required')
    const { status, body } = await signIn({ passkey: key.get(options) })
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal(body.user.id, id)
    assert.deepEqual(body.session.methods, ['hwk', 'user', 'mfa'])
    assert.deepEqual((await world.refresh(body.refresh_token)).session.id, body.session.id)
    const synced = await person(newKey({ synced: true }))
    assert.deepEqual((await withPasskey(synced.key)).body.session.methods, ['swk', 'user', 'mfa'])
  })

  test('[H04] beside a password it is a second factor: which ones there are, only who has shown the password learns', async () => {
    const { email, key, recoveryCodes } = await person()
    const asked = await withPassword(email)
    assert.deepEqual([asked.status, asked.body.factors], [401, ['passkey', 'recovery_code']])
    const options = await factorOptions(email)
    assert.deepEqual(
      options.allowCredentials.map(({ id }: { id: string }) => id),
      key.credentials,
    )
    const wrong = await signIn({ email, password: 'not the password' })
    assert.deepEqual([wrong.body.code, wrong.body.factor_ticket], ['credentials_invalid', undefined])
    const { status, body } = await withPassword(email, { passkey: key.get(options, { verified: false }) })
    assert.deepEqual([status, body.session.methods], [201, ['pwd', 'hwk', 'user']])
    assert.equal(verdictOf(await withPassword(email, { recovery_code: recoveryCodes[0] })), '201')
    assert.equal(verdictOf(await withPassword(email, { recovery_code: recoveryCodes[0] })), 'credentials_invalid')
    assert.equal(verdictOf(await withPassword(email, { totp_code: '123456' })), 'credentials_invalid')
  })

  test('[H04] a ticket is for its user, for five minutes, and of no use once the passkeys are gone', async () => {
    const ask = async (factor_ticket: string): Promise<string> =>
      verdictOf(await world.ask('POST', '/v1/passkey-challenges', { body: { factor_ticket } }))
    const { email, key, passkey } = await person()
    const other = await person()
    const ticket = (await withPassword(email)).body.factor_ticket
    assert.equal(await ask(ticket), '201')
    for (const bad of [
      'x',
      ticket.slice(0, -2),
      ticket.replace(/^[^.]+/, other.id),
      `${ticket}.x`.replace(/\.[^.]+\./, '.'),
      '.',
      other.id,
    ]) {
      assert.equal(await ask(bad), 'request_invalid', bad)
    }
    assert.equal((await world.ask('DELETE', `${PATH}/${passkey}`, { token: await tokenOf({ key }) })).status, 204)
    assert.equal(await ask(ticket), 'not_found')
    const late = (await withPassword(other.email)).body.factor_ticket
    clock.advance(5 * MINUTE_MS)
    assert.equal(await ask(late), 'request_invalid')
  })

  for (const [title, twist, reason] of [
    ['another origin', { origin: 'https://auth.example.evil.test' }, 'origin'],
    ['the same host without TLS', { origin: 'http://auth.example' }, 'origin'],
    ['another place', { rpId: 'evil.test' }, 'not_verified'],
    ['the other ceremony', { type: 'webauthn.create' }, 'type'],
    ['a frame on another’s page', { crossOrigin: true }, 'framed'],
    ['a page of another’s page', { topOrigin: 'https://evil.test' }, 'framed'],
    ['nobody at the authenticator', { present: false }, 'not_verified'],
    ['a key that is synced now and was not', { synced: true }, 'backup_eligibility'],
  ] as const) {
    test(`[H04] a signature with ${title} is refused, as either factor, and the log says why`, async () => {
      const { email, key } = await person()
      assert.equal(verdictOf(await withPasskey(key, twist)), 'credentials_invalid')
      const passkey = key.get(await factorOptions(email), twist)
      assert.equal(verdictOf(await withPassword(email, { passkey })), 'credentials_invalid')
      assert.ok(world.lines.some((line) => line.includes(`"reason":"${reason}"`)))
      assert.equal(verdictOf(await withPasskey(key)), '201')
    })
  }

  test('[H04] a user who was not verified does not sign in with the passkey alone', async () => {
    const { key } = await person()
    assert.equal(verdictOf(await withPasskey(key, { verified: false })), 'credentials_invalid')
    assert.equal(verdictOf(await withPasskey(key)), '201')
  })

  test('[H04] where nobody was named, the authenticator has to say whose the passkey is, and rightly', async () => {
    const { key } = await person()
    const other = await person()
    const handle = (id: string): string => Buffer.from(id).toString('base64url')
    for (const userHandle of [null, handle(other.id), handle('')]) {
      const reply = await withPasskey(key, { userHandle: userHandle === '' ? 'AA' : userHandle })
      assert.equal(verdictOf(reply), 'credentials_invalid')
    }
  })

  test('[H04] [I01] a challenge is good once: of 20 answers at once one; and one of five minutes ago never', async () => {
    const { key } = await person(newKey({ synced: true }))
    const options = await discover()
    const passkey = key.get(options)
    const replies = await Promise.all(Array.from({ length: 20 }, () => signIn({ passkey })))
    assert.deepEqual(
      [replies.filter(({ status }) => status === 201).length, replies.filter(({ body }) => body.code === 'request_replayed').length],
      [1, 19],
    )
    assert.equal(verdictOf(await signIn({ passkey: key.get(options) })), 'request_replayed')
    const late = await discover()
    clock.advance(5 * MINUTE_MS)
    const { status, body } = await signIn({ passkey: key.get(late) })
    assert.deepEqual([status, body.errors[0].pointer], [400, '/passkey/response/clientDataJSON'])
  })

  test('[H04] a challenge of our own making is good for what it was made for only, and one of nobody’s for nothing', async () => {
    const { email, key, oldToken, refreshToken } = await person(newKey({ synced: true }))
    assert.equal(await world.verdictOn(oldToken), 'token_revoked')
    const { access_token: token } = await world.refresh(refreshToken)
    const other = await person(newKey({ synced: true }))
    const [open, own, others] = [await discover(), await factorOptions(email), await factorOptions(other.email)]
    const step = (await world.ask('POST', '/v1/me/passkey-challenges', { token })).body.options
    const enrol = await begin(token)
    const nobodys = { ...open, challenge: Buffer.alloc(54, 7).toString('base64url') }
    const answer = (options: unknown, challenge: { readonly challenge: string }) => key.get(options, { challenge: challenge.challenge })
    for (const challenge of [own, others, step, enrol, nobodys, { challenge: 'AAAA' }]) {
      assert.equal(verdictOf(await signIn({ passkey: answer(open, challenge) })), 'request_invalid')
    }
    for (const challenge of [open, others, step, enrol, nobodys]) {
      assert.equal(verdictOf(await withPassword(email, { passkey: answer(own, challenge) })), 'request_invalid')
    }
    assert.equal(verdictOf(await withPassword(email, { passkey: answer(own, own) })), '201')
    assert.equal(verdictOf(await signIn({ passkey: answer(open, open) })), '201')
  })

  test('[H04] the passkey of somebody else is no second factor, however its challenge was made', async () => {
    const [ann, bob] = [await person(), await person()]
    const options = await factorOptions(ann.email)
    const passkey = bob.key.get(options, { credential: bob.key.credentials[0] ?? '' })
    assert.equal(verdictOf(await withPassword(ann.email, { passkey })), 'credentials_invalid')
    const stranger = newKey()
    stranger.create({ ...(await begin((await world.person()).access_token)) })
    assert.equal(verdictOf(await withPasskey(stranger)), 'credentials_invalid')
  })

  test('[H04] a signature is one of the enrolled key over what was sent: a changed byte anywhere is refused', async () => {
    const { key } = await person(newKey({ synced: true }))
    for (const part of ['signature', 'authenticatorData', 'clientDataJSON'] as const) {
      const passkey = structuredClone(key.get(await discover())) as { response: Record<string, string> }
      const bytes = Buffer.from(passkey.response[part] ?? '', 'base64url')
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1
      passkey.response[part] = bytes.toString('base64url')
      assert.equal(verdictOf(await signIn({ passkey })), 'credentials_invalid', part)
    }
  })

  test('[H04] a counter that goes back or stands still is refused, and told in the log; the passkey goes on', async () => {
    const { key, passkey, id } = await person()
    assert.equal(verdictOf(await withPasskey(key, { counter: 7 })), '201')
    for (const counter of [7, 6, 0]) assert.equal(verdictOf(await withPasskey(key, { counter })), 'credentials_invalid')
    const told = world.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'passkey_counter_back')
    assert.deepEqual(
      told.filter((line) => line.passkey === passkey).map(({ user, stored, presented }) => ({ user, stored, presented })),
      [7, 6, 0].map((presented) => ({ user: id, stored: 7, presented })),
    )
    assert.equal(verdictOf(await withPasskey(key, { counter: 8 })), '201')
    const copies = await Promise.all(Array.from({ length: 10 }, () => withPasskey(key, { counter: 9 })))
    assert.equal(copies.filter(({ status }) => status === 201).length, 1)
  })

  test('[H04] an enrolment is refused for another origin, place, ceremony, session, key or moment', async () => {
    const { access_token: token, email } = await world.person()
    const other = (await world.person()).access_token
    const bad: readonly Twist[] = [
      { origin: 'https://evil.test' },
      { rpId: 'evil.test' },
      { type: 'webauthn.get' },
      { present: false },
      { crossOrigin: true },
      { challenge: 'AAAA' },
      { challenge: (await discover()).challenge },
      { challenge: (await begin(other)).challenge },
    ]
    for (const twist of bad) {
      const { status, body } = await confirm(token, newKey().create(await begin(token), twist))
      assert.deepEqual([status, body.errors?.[0].pointer], [400, '/passkey'], JSON.stringify(twist))
    }
    const second = (await withPassword(email)).body.access_token
    assert.equal(verdictOf(await confirm(second, newKey().create(await begin(token)))), 'request_invalid', 'another session')
    const swapped = newKey().create(await begin(token))
    assert.equal(verdictOf(await confirm(token, { ...swapped, id: 'AAAA' })), 'request_invalid')
    const late = await begin(token)
    clock.advance(5 * MINUTE_MS)
    assert.equal(verdictOf(await confirm(token, newKey().create(late))), 'request_invalid')
    assert.equal(verdictOf(await withPassword(email)), '201', 'nothing was enrolled')
  })

  test('[H04] [I01] an enrolment is good once, and no credential belongs to two', async () => {
    const { access_token: token, refresh_token } = await world.person()
    const passkey = newKey().create(await begin(token))
    const replies = await Promise.all(Array.from({ length: 10 }, () => confirm(token, passkey)))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1, JSON.stringify(replies.map(verdictOf)))
    const { access_token: now } = await world.refresh(refresh_token)
    assert.equal((await world.ask('GET', PATH, { token: now })).body.passkeys.length, 1)
    const thief = (await world.person()).access_token
    const stolen = newKey()
    const made = stolen.create(await begin(thief)) as { response: object }
    // The same credential, for a challenge of the thief's own.
    const copied = { ...made, id: (passkey as { id: string }).id }
    assert.equal(verdictOf(await confirm(thief, copied)), 'request_invalid')
  })

  test('[H04] several passkeys, each with a name; the next authenticator is told which there are', async () => {
    const { key, passkey } = await person()
    clock.advance(1000)
    const token = await tokenOf({ key })
    const options = await begin(token)
    assert.deepEqual(
      options.excludeCredentials.map(({ id }: { id: string }) => id),
      key.credentials,
    )
    assert.throws(() => key.create(options), /InvalidStateError/)
    const second = newKey({ synced: true, transports: ['usb', 'nfc', '<script>'] })
    const { body } = await confirm(token, second.create(options))
    assert.deepEqual(
      [body.passkey.name, body.passkey.synced, body.passkey.transports, body.recovery_codes],
      ['Passkey', true, ['usb', 'nfc'], []],
    )
    const now = await tokenOf({ key: second })
    const renamed = await world.ask('PATCH', `${PATH}/${passkey}`, { token: now, body: { name: 'Kitchen' } })
    assert.equal(renamed.body.passkey.name, 'Kitchen')
    const listed = await world.ask('GET', PATH, { token: now })
    assert.deepEqual(
      listed.body.passkeys.map(({ name, last_used_at }: { name: string; last_used_at: string | null }) => [name, last_used_at !== null]),
      [
        ['Kitchen', true],
        ['Passkey', true],
      ],
    )
    for (const name of ['', 'x'.repeat(65), 'a\nb', null]) {
      assert.equal(verdictOf(await world.ask('PATCH', `${PATH}/${passkey}`, { token: now, body: { name } })), 'request_invalid')
    }
    const stranger = (await world.person()).access_token
    assert.equal(verdictOf(await world.ask('PATCH', `${PATH}/${passkey}`, { token: stranger, body: { name: 'Mine' } })), 'not_found')
    assert.equal(verdictOf(await world.ask('DELETE', `${PATH}/${passkey}`, { token: stranger })), 'not_found')
  })

  test('[H04] nobody has more than twenty', async () => {
    const { access_token: token, refresh_token } = await world.person()
    let tokens = { access_token: token, refresh_token }
    for (let n = 0; n < 20; n++) {
      assert.equal(verdictOf(await confirm(tokens.access_token, newKey().create(await begin(tokens.access_token)))), '201')
      tokens = await world.refresh(tokens.refresh_token)
    }
    assert.equal(verdictOf(await world.ask('POST', PATH, { token: tokens.access_token })), 'conflict')
  })

  test('[H04] [B04] enrolling and removing kill every token of before at once; sessions go on; a removed passkey signs nobody in', async () => {
    const { email, key, passkey, oldToken, refreshToken } = await person()
    assert.equal(await world.verdictOn(oldToken), 'token_revoked')
    const token = await tokenOf({ key })
    const { access_token: other } = await world.refresh(refreshToken)
    const answers = [key.get(await discover()), key.get(await factorOptions(email))]
    assert.equal((await world.ask('DELETE', `${PATH}/${passkey}`, { token })).status, 204)
    for (const dead of [token, other]) assert.equal(await world.verdictOn(dead), 'token_revoked')
    assert.equal(verdictOf(await signIn({ passkey: answers[0] })), 'credentials_invalid')
    const { status, body } = await withPassword(email)
    assert.deepEqual([status, body.session.methods], [201, ['pwd']])
  })

  test('[H04] changes take a sign-in of the last five minutes, and the answer says so as RFC 9470 wants it', async () => {
    const { key, passkey } = await person()
    const { body } = await withPasskey(key)
    clock.advance(5 * MINUTE_MS + 1)
    const { access_token: token } = await world.refresh(body.refresh_token)
    const sensitive: readonly (readonly [string, string, unknown?])[] = [
      ['POST', PATH],
      ['POST', `${PATH}/confirm`, { passkey: newKey().create({ ...(await begin((await world.person()).access_token)) }) }],
      ['DELETE', `${PATH}/${passkey}`],
      ['POST', '/v1/me/factors/recovery-codes'],
      ['POST', '/v1/me/factors/totp'],
      ['POST', '/v1/me/factors/totp/confirm', { code: '123456' }],
    ]
    for (const [method, path, sent] of sensitive) {
      const reply = await world.ask(method, path, sent === undefined ? { token } : { token, body: sent })
      assert.equal(verdictOf(reply), 'step_up_required', path)
      assert.match(reply.headers.get('www-authenticate') ?? '', /error="insufficient_user_authentication".*max_age="300"/)
    }
    assert.equal((await world.ask('GET', '/v1/me/factors', { token })).status, 200)
    assert.equal((await world.ask('POST', PATH, { token: await tokenOf({ key }) })).status, 201)
  })

  test('[H04] [D06] a passkey steps an older session up, in that session alone, and the change goes through', async () => {
    const { key, email } = await person(newKey({ synced: true }))
    const [{ body: one }, { body: other }] = [await withPasskey(key), await withPasskey(key)]
    clock.advance(5 * MINUTE_MS + 1)
    const [old, others] = [await world.refresh(one.refresh_token), await world.refresh(other.refresh_token)]
    const step = async (token: string, passkey: unknown): Promise<Reply> =>
      world.ask('POST', '/v1/sessions/current/authentication', { token, body: { passkey } })
    const own = async (token: string) => (await world.ask('POST', '/v1/me/passkey-challenges', { token })).body.options
    const options = await own(old.access_token)
    assert.equal(verdictOf(await step(others.access_token, key.get(options))), 'request_invalid')
    assert.equal(verdictOf(await step(old.access_token, key.get(await discover()))), 'request_invalid')
    assert.equal(verdictOf(await step(old.access_token, key.get(await factorOptions(email)))), 'request_invalid')
    assert.equal(verdictOf(await world.ask('POST', PATH, { token: old.access_token })), 'step_up_required')
    const { status, body } = await step(old.access_token, key.get(options))
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(verdictOf(await step(old.access_token, key.get(options))), 'token_revoked')
    assert.equal(verdictOf(await step(body.access_token, key.get(options))), 'request_replayed')
    assert.equal(verdictOf(await world.ask('POST', PATH, { token: body.access_token })), '201')
  })

  test('[H04] the client of the library signs in with what the browser gave', async () => {
    const { key, id } = await person()
    const client = createSessionClient({ baseUrl: world.url })
    const { user } = await client.signIn({ passkey: key.get(await discover()), device: 'Phone' })
    assert.equal(user.id, id)
  })

  test('[H03] [H04] recovery codes come with the first factor of whatever kind; new ones end the old ones and every token', async () => {
    const { email, key, recoveryCodes } = await person()
    assert.equal(new Set(recoveryCodes).size, 10)
    const token = await tokenOf({ key })
    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri, clock)
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })
    assert.deepEqual(confirmed.body.recovery_codes, [])
    assert.deepEqual((await withPassword(email)).body.factors, ['totp', 'passkey', 'recovery_code'])
    clock.advance(30_000)
    assert.equal(verdictOf(await withPassword(email, { totp_code: app.code() })), '201')
    assert.equal(verdictOf(await withPassword(email, { recovery_code: recoveryCodes[0] })), '201')
    const now = await tokenOf({ key })
    const state = (await world.ask('GET', '/v1/me/factors', { token: now })).body
    assert.deepEqual([state.totp.confirmed, state.passkeys.length, state.recovery_codes_left], [true, 1, 9])
    const { status, body } = await world.ask('POST', '/v1/me/factors/recovery-codes', { token: now })
    assert.deepEqual([status, body.recovery_codes.length], [201, 10])
    assert.equal(await world.verdictOn(now), 'token_revoked')
    assert.equal(verdictOf(await withPassword(email, { recovery_code: recoveryCodes[1] })), 'credentials_invalid')
    assert.equal(verdictOf(await withPassword(email, { recovery_code: body.recovery_codes[0] })), '201')
    const { access_token: bare } = await world.person()
    assert.equal(verdictOf(await world.ask('POST', '/v1/me/factors/recovery-codes', { token: bare })), 'not_found')
  })

  test('[H04] a passkey stands in the place of a code where an app is given up', async () => {
    const { key } = await person(newKey({ synced: true }))
    const { body: session } = await withPasskey(key)
    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token: session.access_token })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri, clock)
    await world.ask('POST', '/v1/me/factors/totp/confirm', { token: session.access_token, body: { code: app.code() } })
    const { access_token: token } = await world.refresh(session.refresh_token)
    const own = async () => (await world.ask('POST', '/v1/me/passkey-challenges', { token })).body.options
    const disable = async (passkey: unknown, current_password = PASSWORD): Promise<string> =>
      verdictOf(await world.ask('DELETE', '/v1/me/factors/totp', { token, body: { current_password, passkey } }))
    assert.equal(await disable(key.get(await discover())), 'request_invalid')
    assert.equal(await disable(key.get(await own()), 'wrong'), 'credentials_invalid')
    assert.equal(await disable(key.get(await own())), '204')
  })

  test('[H04] an operator sees and takes the passkeys of an account; nobody else does', async () => {
    const { id, passkey, key, email } = await person()
    const path = `/v1/users/${id}/factors`
    const { access_token: stranger } = await world.person()
    for (const [method, at] of [
      ['GET', path],
      ['DELETE', `${path}/passkeys/${passkey}`],
    ] as const) {
      assert.equal(verdictOf(await world.ask(method, at, { token: stranger })), 'role_insufficient')
      assert.equal(verdictOf(await world.ask(method, at, { token: await tokenOf({ key }) })), 'role_insufficient')
    }
    const { body } = await world.local('GET', path)
    assert.deepEqual([body.totp, body.passkeys[0].id, body.recovery_codes_left], [null, passkey, 10])
    assert.equal((await world.local('DELETE', `${path}/passkeys/${passkey}`)).status, 204)
    assert.equal(verdictOf(await world.local('DELETE', `${path}/passkeys/${passkey}`)), 'not_found')
    assert.equal(verdictOf(await world.local('GET', '/v1/users/usr_AAAAAAAAAAAAAAAAAAAAAA/factors')), 'not_found')
    assert.equal(verdictOf(await withPassword(email)), '201')
  })

  test('[H04] a suspended account does not sign in with its passkey', async () => {
    const { id, key } = await person()
    const passkey = key.get(await discover())
    assert.equal((await world.local('PATCH', `/v1/users/${id}`, { status: 'suspended' })).status, 200)
    assert.equal(verdictOf(await signIn({ passkey })), 'credentials_invalid')
  })

  test('[H04] what is no answer of a browser is refused: neither half of a password, nor two factors at once', async () => {
    const { email, key } = await person()
    const passkey = key.get(await discover())
    for (const body of [{}, { email }, { password: PASSWORD }, { email, passkey }, { passkey, totp_code: 1 }]) {
      assert.equal(verdictOf(await signIn(body)), 'request_invalid', JSON.stringify(body))
    }
    const both = await withPassword(email, { passkey, recovery_code: 'x' })
    assert.deepEqual([both.status, both.body.errors[0].pointer], [400, '/recovery_code'])
    const { response } = passkey as { response: Record<string, string> }
    const odd = (change: object) => ({ ...passkey, response: { ...response, ...change } })
    for (const [wrong, verdict] of [
      [odd({ clientDataJSON: Buffer.from('{}').toString('base64url') }), 'credentials_invalid'],
      [odd({ clientDataJSON: Buffer.from('[1').toString('base64url') }), 'credentials_invalid'],
      [odd({ authenticatorData: 'AAAA' }), 'credentials_invalid'],
      [odd({ signature: 'AAAA' }), 'credentials_invalid'],
      [odd({ signature: '' }), 'request_invalid'],
      [odd({ signature: 'x'.repeat(2049) }), 'request_invalid'],
      [{ ...passkey, id: 'AAAA' }, 'credentials_invalid'],
      [{ ...passkey, id: 'x'.repeat(1365) }, 'request_invalid'],
      [{ ...passkey, type: 'password' }, 'request_invalid'],
    ] as const) {
      assert.equal(verdictOf(await signIn({ passkey: wrong })), verdict, JSON.stringify(wrong).slice(0, 200))
    }
    assert.equal(verdictOf(await signIn({ passkey })), '201')
  })

  test('[H04] pages of the named origins may use the same passkeys', async () => {
    const { key } = await person()
    assert.equal(verdictOf(await withPasskey(key, { origin: 'https://app.auth.example' })), '201')
    assert.equal(verdictOf(await withPasskey(key, { origin: 'https://other.auth.example' })), 'credentials_invalid')
  })
})
