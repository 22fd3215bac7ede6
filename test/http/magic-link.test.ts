import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { codeIn, linkIn, Mailbox, tokenIn } from './mailbox.ts'
import { PASSWORD, type Reply, ServerWorld } from './server-world.ts'

const MINUTE_MS = 60_000
const SIGN_IN = /^Sign in to/

suite('a sign-in by mail', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let mailbox: Mailbox
  before(async () => {
    world = await ServerWorld.open({ trustedProxies: ['127.0.0.1'] }, { ...systemPlatform, clock })
    mailbox = new Mailbox(world)
  })
  after(() => world[Symbol.asyncDispose]())

  /** In one step, but for a moment in which the server finds that nothing is missing from its log. */
  const pass = (ms: number): void => {
    clock.stepWall(Math.max(0, ms - 2000))
    clock.advance(2000)
  }

  let strangers = 0
  const from = (): Readonly<Record<string, string>> => ({
    'x-forwarded-for': `198.51.${Math.floor(strangers / 250)}.${(strangers++ % 250) + 1}`,
  })
  const request = (email: string): Promise<Reply> => world.ask('POST', '/v1/magic-links', { body: { email }, headers: from() })
  const confirm = (proof: object, headers = from()): Promise<Reply> =>
    world.ask('POST', '/v1/magic-links/confirm', { body: proof, headers })
  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)

  /** Somebody whose address is proven. */
  async function provenPerson(): Promise<{ readonly email: string; readonly access_token: string; readonly refresh_token: string }> {
    const person = await world.person()
    const token = tokenIn(await mailbox.next(person.email, /Confirm your address/))
    assert.equal((await world.ask('POST', '/v1/email-verifications/confirm', { body: { token } })).status, 200)
    return person
  }
  async function asked(email: string): Promise<{ readonly token: string; readonly code: string; readonly request: string }> {
    const { status, body } = await request(email)
    assert.equal(status, 202)
    const mail = await mailbox.next(email, SIGN_IN)
    return { token: tokenIn(mail), code: codeIn(mail), request: body.request }
  }

  test('[G02] the link opens a session, once; looking at it does not; the answer is that of any sign-in', async () => {
    const { email } = await provenPerson()
    await request(email)
    const mail = await mailbox.next(email, SIGN_IN)
    assert.equal(linkIn(mail).pathname, '/magic')
    const token = tokenIn(mail)
    await fetch(`${world.url}/magic?token=${token}`)
    assert.equal((await world.ask('POST', '/v1/links/show', { body: { token } })).body.kind, 'magic_link')
    const { status, body } = await confirm({ token, device: 'phone' })
    assert.equal(status, 201)
    assert.deepEqual([body.session.methods, body.session.device.name, body.user.email], [['email'], 'phone', email])
    assert.equal(await world.verdictOn(body.access_token), '200')
    assert.equal(verdictOf(await confirm({ token })), 'link_invalid')
    assert.equal(await world.refreshVerdictOn(body.refresh_token), '200')
  })

  test('[G02] the code does the same where it was asked for, however it is typed, and nowhere else', async () => {
    const { email } = await provenPerson()
    const mine = await asked(email)
    const elsewhere = await request('somebody@example.com')
    assert.equal(verdictOf(await confirm({ request: elsewhere.body.request, code: mine.code })), 'link_invalid')
    assert.equal(verdictOf(await confirm({ request: 'cs_ask_x', code: mine.code })), 'link_invalid')
    assert.equal(verdictOf(await confirm({ code: mine.code })), 'request_invalid')
    const typed = ` ${mine.code.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
    assert.equal(verdictOf(await confirm({ request: mine.request, code: typed })), '201')
    assert.equal(verdictOf(await confirm({ request: mine.request, code: mine.code })), 'link_invalid')
    assert.equal(verdictOf(await confirm({ token: mine.token })), 'link_invalid', 'link and code are one')
  })

  test('[G02] [H02] after ten tries neither code nor link is good any more', async () => {
    const { email } = await provenPerson()
    const { token, code, request } = await asked(email)
    const wrong = code === 'AAAA-AAAA' ? 'BBBB-BBBB' : 'AAAA-AAAA'
    for (let n = 0; n < 10; n++) assert.equal(verdictOf(await confirm({ request, code: wrong })), 'link_invalid')
    assert.equal(verdictOf(await confirm({ request, code })), 'link_invalid')
    assert.equal(verdictOf(await confirm({ token })), 'link_invalid')
    const again = await asked(email)
    for (let n = 0; n < 9; n++) await confirm({ request: again.request, code: wrong })
    assert.equal(verdictOf(await confirm({ request: again.request, code: again.code })), '201')
  })

  test('[G02] known, unknown and suspended addresses get answers of one form, and a code is wrong for each alike', async () => {
    const { email } = await provenPerson()
    const suspended = await world.person()
    await world.local('PATCH', `/v1/users/${suspended.user.id}`, { status: 'suspended' })
    const forms = []
    for (const address of [email, 'nobody@example.com', suspended.email]) {
      const { status, body, text } = await request(address)
      assert.match(body.request, /^cs_ask_[\w-]{49}$/)
      const { status: wrong, body: problem } = await confirm({ request: body.request, code: 'AAAA-AAAA' })
      forms.push({ status, names: Object.keys(body), length: text.length, wrong, code: problem.code, title: problem.title })
    }
    for (const form of forms) assert.deepEqual(form, forms[0])
    assert.equal(await mailbox.count(suspended.email, SIGN_IN), 0)
  })

  test('[G02] the link ends after fifteen minutes, with a newer one, and when the password changes', async () => {
    const person = await provenPerson()
    const first = await asked(person.email)
    const second = await asked(person.email)
    assert.equal(verdictOf(await confirm({ token: first.token })), 'link_invalid')
    pass(15 * MINUTE_MS)
    assert.equal(verdictOf(await confirm({ token: second.token })), 'link_invalid')
    const { access_token } = await world.signIn(person.email)
    const third = await asked(person.email)
    const change = { current_password: PASSWORD, new_password: 'another long walk on the beach' }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: access_token, body: change })).status, 200)
    assert.equal(verdictOf(await confirm({ token: third.token })), 'link_invalid')
    pass(60 * MINUTE_MS)
  })

  test('[G02] [H03] an account with a second factor is asked for it, and the link waits meanwhile', async () => {
    const { email } = await provenPerson()
    const { access_token: token } = await world.signIn(email)
    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri, clock)
    assert.equal((await world.ask('POST', '/v1/me/factors/totp/confirm', { token, body: { code: app.code() } })).status, 200)
    clock.advance(30_000)
    const link = await asked(email)
    assert.equal(verdictOf(await confirm({ token: link.token })), 'factor_required')
    assert.equal(verdictOf(await confirm({ token: link.token, totp_code: app.wrongCode() })), 'credentials_invalid')
    const { status, body } = await confirm({ token: link.token, totp_code: app.code() })
    assert.equal(status, 201)
    assert.deepEqual(body.session.methods, ['email', 'otp'])
    assert.equal(verdictOf(await confirm({ token: link.token, totp_code: app.code(1) })), 'link_invalid')
  })

  test('[G02] whoever proves an address for the first time shuts out whoever made the account with it', async () => {
    const person = await world.person()
    const { token } = await asked(person.email)
    const { status, body } = await confirm({ token })
    assert.equal(status, 201)
    assert.equal(await world.verdictOn(person.access_token), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(person.refresh_token), 'refresh_invalid')
    assert.equal(
      verdictOf(await world.ask('POST', '/v1/sessions', { body: { email: person.email, password: PASSWORD } })),
      'credentials_invalid',
    )
    const me = await world.ask('GET', '/v1/me', { token: body.access_token })
    assert.deepEqual([me.status, me.body.user.email_verified], [200, true])
  })

  test('[G02] with the password proven as well, nothing of that happens', async () => {
    const person = await provenPerson()
    const { token } = await asked(person.email)
    assert.equal((await confirm({ token })).status, 201)
    assert.equal(await world.verdictOn(person.access_token), '200')
    await world.signIn(person.email)
  })

  test('[G02] of many who use one link at once one is signed in', async () => {
    const { email } = await provenPerson()
    const { token, code, request } = await asked(email)
    const replies = await Promise.all(Array.from({ length: 10 }, (_, n) => confirm(n % 2 === 0 ? { token } : { request, code })))
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
  })
})

test('[G02] where links sign nobody in, none is sent', async () => {
  await using world = await ServerWorld.open({ magicLinks: false })
  const asked = await world.ask('POST', '/v1/magic-links', { body: { email: 'ann@example.com' } })
  const used = await world.ask('POST', '/v1/magic-links/confirm', { body: { token: 'cs_magic_x' } })
  assert.deepEqual([asked.body.code, used.body.code], ['not_found', 'not_found'])
})
