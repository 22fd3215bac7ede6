import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createVerifier } from 'countersign'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { linkIn, Mailbox, tokenIn } from './mailbox.ts'
import { untilSaid } from './patience.ts'
import { PASSWORD, type Reply, ServerWorld, type SignedInReply } from './server-world.ts'

const HOUR_MS = 3_600_000
const NEW_PASSWORD = 'another long walk on the beach'
const RESET = /Choose a new/
const UNKNOWN_TOKEN = 'cs_reset_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAZLUqyQ'

suite('a new password by mail', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let mailbox: Mailbox
  before(async () => {
    // From many addresses, as the world is: an address has a limit of its own.
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
  const request = (email: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => {
    const address = `198.51.${Math.floor(strangers / 250)}.${(strangers++ % 250) + 1}`
    return world.ask('POST', '/v1/password-resets', { body: { email }, headers: { 'x-forwarded-for': address, ...headers } })
  }
  const confirm = (token: string, password = NEW_PASSWORD): Promise<Reply> =>
    world.ask('POST', '/v1/password-resets/confirm', { body: { token, password } })
  const verdictOf = ({ status, body }: Reply): string => (status < 300 ? String(status) : body.code)
  const signInVerdict = async (email: string, password: string): Promise<string> =>
    verdictOf(await world.ask('POST', '/v1/sessions', { body: { email, password } }))

  type Person = SignedInReply & { readonly email: string }
  async function asking(): Promise<Person & { readonly resetToken: string }> {
    const person = await world.person()
    assert.equal((await request(person.email)).status, 202)
    return { ...person, resetToken: tokenIn(await mailbox.next(person.email, RESET)) }
  }

  test('[G03] a link in a mail sets a new password, once; the old one, every session and every token are dead', async () => {
    const person = await world.person()
    const other = await world.signIn(person.email)
    assert.equal((await request(person.email)).status, 202)
    const mail = await mailbox.next(person.email, RESET)
    const link = linkIn(mail)
    assert.deepEqual([link.origin, link.pathname], [world.url, '/reset'])
    const token = tokenIn(mail)
    assert.match(token, /^cs_reset_[\w-]{49}$/)
    assert.deepEqual([(await confirm(token)).status, verdictOf(await confirm(token))], [204, 'link_invalid'])
    for (const { access_token, refresh_token } of [person, other]) {
      assert.equal(await world.verdictOn(access_token), 'token_revoked')
      assert.equal(await world.refreshVerdictOn(refresh_token), 'refresh_invalid')
    }
    assert.equal(await signInVerdict(person.email, PASSWORD), 'credentials_invalid')
    const { access_token } = await world.signIn(person.email, NEW_PASSWORD)
    const me = await world.ask('GET', '/v1/me', { token: access_token })
    assert.equal(me.body.user.email_verified, true, 'the address is proven')
  })

  test('[G03] [B20] a guarded service refuses the tokens of before within the moment, and goes on with new ones', async () => {
    const { credential } = await world.service()
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform: { ...systemPlatform, clock } })
    try {
      await verifier.ready()
      const { email, access_token, resetToken } = await asking()
      const verdict = async (token: string): Promise<string> => {
        try {
          await verifier.authenticate({ authorization: `Bearer ${token}` })
          return 'let in'
        } catch (error) {
          return error instanceof AuthError ? error.code : String(error)
        }
      }
      assert.equal(await verdict(access_token), 'let in')
      assert.equal((await confirm(resetToken)).status, 204)
      await untilSaid('token_revoked', () => verdict(access_token))
      assert.equal(await verdict((await world.signIn(email, NEW_PASSWORD)).access_token), 'let in')
    } finally {
      verifier.close()
    }
  })

  test('[G03] known, unknown and suspended addresses get one answer, and one thing is stored for each; one of them gets mail', async () => {
    const known = await world.person()
    const suspended = await world.person()
    assert.equal((await world.local('PATCH', `/v1/users/${suspended.user.id}`, { status: 'suspended' })).status, 200)
    const answers = []
    for (const email of [known.email, 'nobody@example.com', suspended.email, known.email.toUpperCase()]) {
      const { status, text, headers } = await request(email)
      answers.push({ status, text, names: [...headers.keys()].sort() })
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0])
    assert.equal(answers[0]?.status, 202)
    assert.equal(answers[0]?.text, '')
    assert.equal(await mailbox.count(known.email, RESET), 2)
    assert.equal(await mailbox.count('nobody@example.com'), 0)
    assert.equal(await mailbox.count(suspended.email, RESET), 0)
  })

  test('[G03] a mail is in the language of who asks', async () => {
    const { email } = await world.person()
    await request(email, { 'accept-language': 'de-AT, en;q=0.5' })
    const mail = await mailbox.next(email, /Passwort wählen/)
    assert.match(mail.html, /<html lang="de"/)
  })

  test('[G03] the link dies when the password is changed meanwhile, when a newer one is asked for, and after a day', async () => {
    const changed = await asking()
    const change = { current_password: PASSWORD, new_password: NEW_PASSWORD }
    assert.equal((await world.ask('PUT', '/v1/me/password', { token: changed.access_token, body: change })).status, 200)
    assert.equal(verdictOf(await confirm(changed.resetToken, 'a third password of mine')), 'link_invalid')
    const { email, resetToken } = await asking()
    await request(email)
    const newer = tokenIn(await mailbox.next(email, RESET))
    assert.equal(verdictOf(await confirm(resetToken)), 'link_invalid')
    pass(24 * HOUR_MS - 2000)
    assert.equal((await world.ask('POST', '/v1/links/show', { body: { token: newer } })).status, 200)
    pass(2000)
    assert.equal(verdictOf(await confirm(newer)), 'link_invalid')
    assert.equal(await signInVerdict(email, PASSWORD), '201')
  })

  test('[G02] whatever looks at the link uses nothing up: a mail scanner fetches it, and `show` tells what it is for', async () => {
    const { email, resetToken } = await asking()
    for (const method of ['GET', 'HEAD', 'GET']) await fetch(`${world.url}/reset?token=${resetToken}`, { method })
    for (let looks = 0; looks < 3; looks++) {
      const { status, body } = await world.ask('POST', '/v1/links/show', { body: { token: resetToken } })
      assert.deepEqual([status, body.kind, body.email], [200, 'password_reset', email])
    }
    assert.equal((await confirm(resetToken)).status, 204)
    assert.equal(verdictOf(await world.ask('POST', '/v1/links/show', { body: { token: resetToken } })), 'link_invalid')
  })

  test('[G03] a password that the rules refuse uses nothing up, and is told as at a sign-up', async () => {
    const { email, resetToken } = await asking()
    const { status, body } = await confirm(resetToken, 'password')
    assert.deepEqual([status, body.code, body.errors[0].pointer], [400, 'request_invalid', '/password'])
    assert.equal(verdictOf(await world.ask('POST', '/v1/password-resets/confirm', { body: { token: resetToken } })), 'request_invalid')
    assert.equal((await confirm(resetToken)).status, 204)
    assert.equal(await signInVerdict(email, NEW_PASSWORD), '201')
  })

  test('[G03] an unknown, a mistyped and a foreign token answer alike; a link of another kind is none', async () => {
    const { email, access_token } = await asking()
    await world.ask('POST', '/v1/magic-links', { body: { email } })
    const magic = tokenIn(await mailbox.next(email, /Sign in to/))
    const answers = await Promise.all(
      [UNKNOWN_TOKEN, `${UNKNOWN_TOKEN}x`, 'cs_reset_', access_token.slice(0, 500), magic].map((token) => confirm(token)),
    )
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.code, body.title], [401, 'link_invalid', answers[0]?.body.title])
    }
  })

  test('[G03] [H03] second factors stay: a mailbox sets the password, and the next sign-in asks for the code', async () => {
    const person = await world.person()
    const enrolled = await world.ask('POST', '/v1/me/factors/totp', { token: person.access_token })
    const app = new AuthenticatorApp(enrolled.body.otpauth_uri, clock)
    const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token: person.access_token, body: { code: app.code() } })
    assert.equal(confirmed.status, 200)
    clock.advance(30_000)
    await request(person.email)
    const reset = await confirm(tokenIn(await mailbox.next(person.email, RESET)))
    assert.deepEqual([reset.status, reset.text], [204, ''], 'it signs nobody in')
    assert.equal(await signInVerdict(person.email, NEW_PASSWORD), 'factor_required')
    const signedIn = await world.ask('POST', '/v1/sessions', {
      body: { email: person.email, password: NEW_PASSWORD, totp_code: app.code() },
    })
    assert.equal(signedIn.status, 201)
  })

  test('[G03] whoever is suspended with a link in hand sets nothing with it until they are restored', async () => {
    const { user, resetToken } = await asking()
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'suspended' })
    assert.equal(verdictOf(await confirm(resetToken)), 'link_invalid')
    await world.local('PATCH', `/v1/users/${user.id}`, { status: 'active' })
    assert.equal((await confirm(resetToken)).status, 204)
  })

  test('[G03] nobody is flooded: five mails an hour to one address, known or not, and some twenty from one network', async () => {
    const { email } = await world.person()
    for (const address of [email, 'somebody@example.com']) {
      const verdicts = []
      for (let n = 0; n < 7; n++) verdicts.push(verdictOf(await request(address)))
      assert.deepEqual(verdicts, [...Array(5).fill('202'), 'rate_limited', 'rate_limited'])
    }
    assert.equal(await mailbox.count(email, RESET), 5)
    const household = (n: number) => ({ 'x-forwarded-for': `2001:db8:7::${n.toString(16)}` })
    const verdicts = []
    for (let n = 0; n < 23; n++) verdicts.push(verdictOf(await request(`person-of-no-account${n}@example.com`, household(n + 1))))
    assert.deepEqual(verdicts, [...Array(21).fill('202'), 'rate_limited', 'rate_limited'])
    const limited = await request(email)
    assert.ok(Number(limited.headers.get('retry-after')) > 60)
    pass(HOUR_MS)
    assert.equal(verdictOf(await request(email)), '202')
  })

  test('[G03] no link stands in the database, the queue or the log, and no address in the log', async () => {
    const { email, resetToken } = await asking()
    await confirm(resetToken)
    const body = resetToken.slice('cs_reset_'.length)
    const names = readdirSync(join(world.folder, 'data')).filter((name) => !name.endsWith('.sock'))
    const files = names.map((name) => readFileSync(join(world.folder, 'data', name)))
    for (const file of files) for (const secret of [resetToken, body]) assert.equal(file.includes(secret), false)
    for (const line of world.lines) for (const secret of [body, NEW_PASSWORD, email]) assert.equal(line.includes(secret), false, line)
  })
})
