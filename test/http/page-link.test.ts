import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { codeIn, linkIn, type Mail, Mailbox } from './mailbox.ts'
import { PageBrowser, type ShownPage } from './page-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const MINUTE_MS = 60_000
const NEW_PASSWORD = 'another long password'
const VERIFY = /^Confirm your address/
const RESET = /^Choose a new/
const MAGIC = /^Sign in to/

suite('the pages behind the links of mails', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let mailbox: Mailbox
  let browser: PageBrowser
  before(async () => {
    world = await ServerWorld.open({ brandName: 'Harbour Foods', trustedProxies: ['127.0.0.1'] }, { ...systemPlatform, clock })
    mailbox = new Mailbox(world)
  })
  let strangers = 0
  const newBrowser = (): PageBrowser => new PageBrowser(world.url, { 'x-forwarded-for': `198.51.100.${(strangers++ % 250) + 1}` })
  beforeEach(() => {
    browser = newBrowser()
  })
  after(() => world[Symbol.asyncDispose]())

  const pass = (ms: number): void => {
    clock.stepWall(Math.max(0, ms - 2000))
    clock.advance(2000)
  }
  const pathOf = (mail: Mail): string => linkIn(mail).pathname + linkIn(mail).search
  const signIn = async (email: string, password = PASSWORD, at = newBrowser()): Promise<ShownPage> =>
    at.submit(await at.open('/sign-in'), 'sign_in', { email, password })

  let people = 0
  async function signUp(at = browser): Promise<string> {
    const email = `link${++people}@example.com`
    const account = await at.submit(await at.open('/sign-up'), 'sign_up', { email, password: PASSWORD })
    assert.equal(account.url.pathname, '/account')
    return email
  }
  /** With a proven address. */
  async function proven(at = browser): Promise<string> {
    const email = await signUp(at)
    await at.submit(await at.open(pathOf(await mailbox.next(email, VERIFY))), 'verify')
    return email
  }
  async function asked(path: '/reset' | '/magic', email: string, subject: RegExp, at = browser): Promise<Mail> {
    await at.submit(await at.open(path), 'ask', { email })
    return mailbox.next(email, subject)
  }
  /** What a page says, without what differs each time. */
  const bare = ({ html }: ShownPage): string => html.replace(/nonce="[^"]+"|name="csrf" value="[^"]+"|req_[\w-]+/g, '')

  test('[G03] sign-up sends a link; looking at it proves nothing, the button does, in whatever browser', async () => {
    const email = await signUp()
    assert.match((await browser.open('/account')).text, /Not confirmed/)
    const path = pathOf(await mailbox.next(email, VERIFY))
    for (const method of ['HEAD', 'GET', 'GET']) assert.equal((await newBrowser().ask(path, { method })).status, 200)
    assert.match((await browser.open('/account')).text, /Not confirmed/)
    const elsewhere = newBrowser()
    const done = await elsewhere.submit(await elsewhere.open(path), 'verify')
    assert.equal(done.url.pathname, '/sign-in')
    assert.match(done.text, /Your e-mail address is confirmed\./)
    assert.doesNotMatch((await browser.open('/account')).text, /Not confirmed/)
    const again = await elsewhere.open(path)
    assert.equal(again.status, 400)
    assert.match(again.text, /This link or code is no longer good/)
  })

  test('[G03] the link is sent again from the account', async () => {
    const email = await signUp()
    const first = pathOf(await mailbox.next(email, VERIFY))
    const sent = await browser.submit(await browser.open('/account'), 'verify')
    assert.ok(sent.text.includes(`A mail is on its way to ${email}`))
    const second = pathOf(await mailbox.next(email, VERIFY))
    assert.equal((await browser.open(first)).status, 400, 'the newest link takes the place of those before')
    assert.match((await browser.submit(await browser.open(second), 'verify')).text, /Your e-mail address is confirmed\./)
  })

  test('[G02] asking for a mail looks the same for a known, an unknown and a suspended address', async () => {
    const email = await proven()
    const suspended = await proven(newBrowser())
    const { body } = await world.local('GET', `/v1/users?search=${suspended}`)
    assert.equal((await world.local('PATCH', `/v1/users/${body.users[0].id}`, { status: 'suspended' })).status, 200)
    for (const path of ['/reset', '/magic'] as const) {
      const pages: string[] = []
      for (const typed of [email, suspended, 'nobody@example.com']) {
        const visitor = newBrowser()
        const answer = await visitor.send(await visitor.open(path), 'ask', { email: typed })
        assert.deepEqual([answer.status, answer.headers.get('location')], [303, path])
        const page = await visitor.open(path)
        assert.ok(!page.html.includes(typed))
        pages.push(bare(page))
      }
      assert.deepEqual(new Set(pages).size, 1)
      assert.match(pages[0] ?? '', /Look into your mail/)
      const wrong = await browser.submit(await browser.open('/reset'), 'ask', { email: 'no address' })
      assert.match(wrong.text, /Write the whole address/)
    }
    assert.equal(await mailbox.count(suspended, RESET), 0)
  })

  test('[G02] a reset by mail: looking at it uses nothing up, a poor password neither; then every session is over and the link too', async () => {
    const email = await proven()
    const path = pathOf(await asked('/reset', email, RESET))
    const visitor = newBrowser()
    for (const method of ['HEAD', 'GET']) await newBrowser().ask(path, { method })
    const page = await visitor.open(path)
    assert.ok(page.text.includes(`for ${email}`))
    assert.equal(page.headers.get('cache-control'), 'no-store')
    const wrong = await visitor.submit(page, 'set', { password: 'iloveyou' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /most common passwords/)
    const done = await visitor.submit(wrong, 'set', { password: NEW_PASSWORD })
    assert.equal(done.url.pathname, '/sign-in')
    assert.match(done.text, /Your new password is set\. Sign in with it\./)
    assert.equal((await browser.open('/account')).url.pathname, '/sign-in')
    assert.equal((await signIn(email)).status, 400)
    assert.equal((await signIn(email, NEW_PASSWORD)).url.pathname, '/account')
    const late = await visitor.submit(page, 'set', { password: 'a third long password' })
    assert.equal(late.status, 400)
    assert.equal((await visitor.open(path)).status, 400)
    assert.match((await visitor.open(path)).text, /This link is no longer good[\s\S]*Send the mail/)
  })

  test('[G02] a reset leaves the authenticator app: the next sign-in asks for it', async () => {
    const email = await proven()
    const shown = await browser.submit(await browser.open('/account/authenticator'), 'start')
    const secret = /<code class="key">([^<]+)</.exec(shown.html)?.[1]?.replaceAll(' ', '') ?? ''
    const app = new AuthenticatorApp(`otpauth://totp/x?secret=${secret}&algorithm=SHA1&digits=6&period=30`, clock)
    await browser.submit(shown, 'confirm', { code: app.code() })
    pass(30_000)
    const visitor = newBrowser()
    await visitor.submit(await visitor.open(pathOf(await asked('/reset', email, RESET, visitor))), 'set', { password: NEW_PASSWORD })
    const code = await signIn(email, NEW_PASSWORD, visitor)
    assert.equal(code.url.pathname, '/sign-in/code')
    assert.equal((await visitor.submit(code, 'code', { code: app.code() })).url.pathname, '/account')
  })

  test('[G02] the link of a mail signs in by its button, once, and leads back to where the asking browser was going', async () => {
    const email = await proven()
    const visitor = newBrowser()
    await visitor.submit(await visitor.open('/magic?return_to=%2Faccount%2Fpassword'), 'ask', { email })
    const path = pathOf(await mailbox.next(email, MAGIC))
    for (const method of ['HEAD', 'GET']) await newBrowser().ask(path, { method })
    const page = await visitor.open(path)
    assert.ok(page.text.includes(`as ${email}`))
    const answer = await visitor.send(page, 'use')
    assert.equal(answer.headers.get('location'), '/account/password')
    assert.match((await visitor.open('/account')).text, /e-mail · signed in/)
    const other = newBrowser()
    assert.equal((await other.open(path)).status, 400)
  })

  test('[G02] the code of a mail signs in where it was asked for and nowhere else; a wrong one says so at its field', async () => {
    const email = await proven()
    const visitor = newBrowser()
    const mail = await asked('/magic', email, MAGIC, visitor)
    const thief = newBrowser()
    await thief.submit(await thief.open('/magic'), 'ask', { email: 'nobody@example.com' })
    assert.match((await thief.submit(await thief.open('/magic'), 'code', { code: codeIn(mail) })).text, /This code is not right/)
    const stolen = visitor.cookies.get('__Host-cs_ask') ?? ''
    assert.ok(stolen !== '' && !stolen.includes('cs_ask_'))
    thief.cookies.set('__Host-cs_ask', stolen)
    // What is sealed for one browser is worth nothing in another.
    assert.match((await thief.open('/magic')).text, /Sign in by e-mail/)
    const wrong = await visitor.submit(await visitor.open('/magic'), 'code', { code: 'AAAA-AAAA' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /This code is not right, or is no longer good/)
    const done = await visitor.submit(wrong, 'code', { code: codeIn(mail).toLowerCase() })
    assert.equal(done.url.pathname, '/account')
    assert.ok(!visitor.cookies.has('__Host-cs_ask'))
  })

  test('[G02] a mail is one factor: the app is asked for on the next page, and the link stays good until then', async () => {
    const email = await proven()
    const shown = await browser.submit(await browser.open('/account/authenticator'), 'start')
    const secret = /<code class="key">([^<]+)</.exec(shown.html)?.[1]?.replaceAll(' ', '') ?? ''
    const app = new AuthenticatorApp(`otpauth://totp/x?secret=${secret}&algorithm=SHA1&digits=6&period=30`, clock)
    await browser.submit(shown, 'confirm', { code: app.code() })
    pass(30_000)
    for (const way of ['link', 'code'] as const) {
      const visitor = newBrowser()
      const mail = await asked('/magic', email, MAGIC, visitor)
      const page = await visitor.open(way === 'link' ? pathOf(mail) : '/magic')
      const code = await (way === 'link' ? visitor.submit(page, 'use') : visitor.submit(page, 'code', { code: codeIn(mail) }))
      assert.equal(code.url.pathname, '/sign-in/code')
      assert.ok(![...visitor.cookies.values()].some((value) => value.includes(linkIn(mail).searchParams.get('token') ?? '')))
      const wrong = await visitor.submit(code, 'code', { code: app.wrongCode() })
      assert.match(wrong.text, /This code is not right/)
      assert.equal((await visitor.submit(wrong, 'code', { code: app.code() })).url.pathname, '/account')
      pass(30_000)
    }
  })

  test('[G02] a link of another kind opens nothing, and one that was made up is over', async () => {
    const email = await proven()
    const token = linkIn(await asked('/reset', email, RESET)).searchParams.get('token') ?? ''
    for (const path of ['/magic', '/verify', '/not-me']) assert.equal((await newBrowser().open(`${path}?token=${token}`)).status, 400, path)
    for (const path of ['/reset', '/magic', '/verify', '/not-me']) {
      const page = await newBrowser().open(`${path}?token=cs_reset_x%3Cscript%3E`)
      assert.equal(page.status, 400)
      assert.doesNotMatch(page.html, /<script>/)
    }
    assert.equal((await newBrowser().open(`/reset?token=${token}`)).status, 200, 'it is still good for what it is')
    pass(25 * 60 * MINUTE_MS)
    assert.match((await newBrowser().open(`/reset?token=${token}`)).text, /This link is no longer good/)
  })

  test('[G03] another address takes a fresh sign-in, its own confirmation, and tells the old one, which can undo it', async () => {
    const email = await proven()
    const next = `new-${email}`
    pass(6 * MINUTE_MS)
    const stepUp = await browser.submit(await browser.open('/account/email'), 'email', { email: next })
    assert.match(stepUp.text, /Confirm that it is you/)
    // What was typed goes on by itself.
    const account = await browser.submit(stepUp, 'confirm_password', { password: PASSWORD })
    assert.match(account.text, /Nothing changes before you use that link/)
    assert.ok((await browser.open('/account')).text.includes(` ${email} `))
    const changed = await browser.submit(await browser.open(pathOf(await mailbox.next(next, /new address/))), 'verify')
    assert.match(changed.text, /Your e-mail address was changed\. We have told the old one\./)
    assert.ok(changed.text.includes(next))
    assert.equal((await signIn(email)).status, 400)
    const notice = pathOf(await mailbox.next(email, /was changed/))
    assert.match(notice, /^\/not-me\?token=/)
    const owner = newBrowser()
    for (const method of ['HEAD', 'GET']) await owner.ask(notice, { method })
    assert.equal((await browser.open('/account')).url.pathname, '/account', 'looking ends nothing')
    const page = await owner.open(notice)
    assert.match(page.text, /Every device is signed out at once\./)
    const back = await owner.submit(page, 'disown')
    assert.equal(back.url.pathname, '/sign-in')
    assert.match(back.text, /Look into your mail for the link to a new password/)
    assert.equal((await browser.open('/account')).url.pathname, '/sign-in')
    assert.equal((await signIn(email)).status, 400, 'the password is void')
    const reset = await mailbox.next(email, RESET)
    await owner.submit(await owner.open(pathOf(reset)), 'set', { password: NEW_PASSWORD })
    assert.equal((await signIn(email, NEW_PASSWORD)).url.pathname, '/account')
  })

  test('[G03] whether the new address is taken shows nowhere', async () => {
    const taken = await proven(newBrowser())
    await proven()
    const pages: string[] = []
    for (const email of [taken, 'free-one@example.com']) {
      const page = await browser.submit(await browser.open('/account/email'), 'email', { email })
      assert.ok(!page.text.includes(email))
      pages.push(bare(page))
    }
    assert.equal(pages[0], pages[1])
    assert.equal(await mailbox.count(taken, /new address/), 0)
  })

  test('[J02] no token of a link and no code stands in the log', async () => {
    await mailbox.settled()
    const log = world.lines.join('\n')
    assert.doesNotMatch(log, /cs_(?:reset|magic|verify|change|notme|ask)_[\w-]{10}/)
  })
})

suite('hosted pages that the configuration leaves without a use', () => {
  test('[J02] sign-in by mail that is switched off is not there, and not linked to', async () => {
    const world = await ServerWorld.open({ magicLinks: false })
    try {
      const page = await new PageBrowser(world.url).open('/sign-in')
      assert.doesNotMatch(page.html, /\/magic/)
      assert.match(page.html, /\/reset/)
      assert.equal((await new PageBrowser(world.url).ask('/magic')).status, 404)
    } finally {
      await world[Symbol.asyncDispose]()
    }
  })
})
