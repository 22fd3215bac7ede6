import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { AuthenticatorApp } from './authenticator-app.ts'
import { PageBrowser, type ShownPage } from './page-browser.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const STEP_MS = 30_000
const MINUTE_MS = 60_000
const NEW_PASSWORD = 'another long password'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

suite('the hosted pages, by a browser without scripts', () => {
  const clock = new ManualClock(1_800_000_000_000)
  let world: ServerWorld
  let browser: PageBrowser
  before(async () => {
    world = await ServerWorld.open({ brandName: 'Harbour Foods', origins: ['https://orders.example'] }, { ...systemPlatform, clock })
  })
  beforeEach(() => {
    browser = new PageBrowser(world.url)
  })
  after(() => world[Symbol.asyncDispose]())

  let people = 0
  const newAddress = (): string => `page${++people}@example.com`
  const signUp = async (email = newAddress()): Promise<{ readonly email: string; readonly account: ShownPage }> => ({
    email,
    account: await browser.submit(await browser.open('/sign-up'), 'sign_up', { name: 'Mira', email, password: PASSWORD }),
  })
  const signIn = async (email: string, password = PASSWORD, at = browser): Promise<ShownPage> =>
    at.submit(await at.open('/sign-in'), 'sign_in', { email, password })

  /** Sets the app up through the pages; what it showed once comes back. */
  async function turnOn(): Promise<{ readonly app: AuthenticatorApp; readonly codes: readonly string[]; readonly secret: string }> {
    const shown = await browser.submit(await browser.open('/account/authenticator'), 'start')
    const secret = /<code class="key">([^<]+)</.exec(shown.html)?.[1]?.replaceAll(' ', '') ?? ''
    assert.match(secret, /^[A-Z2-7]{32}$/)
    const app = new AuthenticatorApp(`otpauth://totp/x?secret=${secret}&algorithm=SHA1&digits=6&period=30`, clock)
    const done = await browser.submit(shown, 'confirm', { code: app.code() })
    const codes = [...done.html.matchAll(/<li><code>([A-Z2-7-]{27})<\/code><\/li>/g)].map(([, code = '']) => code)
    assert.equal(codes.length, 10, done.text)
    clock.advance(STEP_MS)
    return { app, codes, secret }
  }

  test('[J02] signing up leads to the account, signed in, and says so once', async () => {
    const { email, account } = await signUp()
    assert.equal(account.url.pathname, '/account')
    assert.match(account.text, /Your account is ready\./)
    assert.ok(account.text.includes(email) && account.text.includes('Mira'))
    assert.doesNotMatch((await browser.open('/account')).text, /Your account is ready\./)
    assert.equal((await browser.open('/')).url.pathname, '/account')
    assert.equal((await browser.open('/sign-in')).url.pathname, '/account')
  })

  test('[J02] a sign-up that breaks a rule comes back with a sentence at the field, what was typed, and no password', async () => {
    const wrong: ReadonlyArray<readonly [typed: Record<string, string>, sentence: RegExp]> = [
      [{ email: 'x', password: PASSWORD }, /Write the whole address/],
      [{ email: '', password: PASSWORD }, /Fill in this field/],
      [{ email: 'a@example.com', password: 'short' }, /Use 8 to 256 characters/],
      [{ email: 'a@example.com', password: 'iloveyou' }, /most common passwords/],
      [{ email: 'a@example.com', password: 'aaaaaaaaaaaa' }, /repeats itself/],
      [{ email: 'lovelace@example.com', password: 'Lovelace1815' }, /Leave at least 8 other characters/],
      [{ email: 'a@example.com', password: PASSWORD, name: 'x'.repeat(201) }, /at most 200 characters/],
    ]
    for (const [typed, sentence] of wrong) {
      const page = await browser.submit(await browser.open('/sign-up'), 'sign_up', typed)
      assert.equal(page.status, 400)
      assert.match(page.text, /We could not create the account\./)
      assert.match(page.text, sentence)
      assert.match(page.text, /Code request_invalid, request req_/)
      assert.match(page.html, /<title>Error: /)
      const target = /<li><a href="#([\w-]+)">/.exec(page.html)?.[1] ?? ''
      const field = page.tags('input').find((input) => input.get('id') === target)
      assert.equal(field?.get('aria-invalid'), 'true')
      assert.ok(field?.get('aria-describedby')?.includes(`${target}-error`))
      assert.equal(page.form('sign_up').fields.get('email'), typed['email'])
      assert.equal(page.form('sign_up').fields.get('password'), '')
    }
  })

  test('[J02] an address that is taken is said at its field', async () => {
    const { email } = await signUp()
    const other = new PageBrowser(world.url)
    const page = await other.submit(await other.open('/sign-up'), 'sign_up', { email, password: PASSWORD })
    assert.equal(page.status, 409)
    assert.match(page.text, /There is an account with this e-mail address already/)
  })

  test('[J02] [I17] a wrong password and an unknown address get the same page, which keeps the address and not the password', async () => {
    const { email } = await signUp()
    const pages = await Promise.all(
      [email, 'nobody@example.com'].map(async (typed) => {
        const page = await signIn(typed, 'a wrong password', new PageBrowser(world.url))
        assert.equal(page.status, 400)
        assert.equal(page.form('sign_in').fields.get('email'), typed)
        assert.ok(!page.html.includes('a wrong password'))
        return page.html.replaceAll(typed, 'X').replace(/nonce="[^"]+"|name="csrf" value="[^"]+"|req_[\w-]+/g, '')
      }),
    )
    assert.equal(pages[0], pages[1])
    assert.match(pages[0] ?? '', /We could not sign you in\.[\s\S]*Check the e-mail address and password\./)
  })

  test('[J02] signing in and out: cookies that no script reads, a session that ends, and no page behind it', async () => {
    const { email } = await signUp()
    const shown = await browser.open('/account')
    assert.equal((await browser.ask('/sign-out')).status, 200)
    const leaving = await browser.submit(shown, 'sign_out')
    assert.equal(leaving.url.pathname, '/sign-in')
    assert.match(leaving.text, /You are signed out\./)
    const turnedAway = await browser.ask('/account')
    assert.equal(turnedAway.status, 303)
    assert.equal(turnedAway.headers.get('location'), '/sign-in?return_to=%2Faccount')
    const answer = await browser.send(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
    assert.equal(answer.headers.get('location'), '/account')
    const tokens = answer.headers.getSetCookie().filter((line) => /^__Host-cs_(?:access|refresh|device)=/.test(line))
    assert.equal(tokens.length, 3)
    for (const line of tokens) for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(line.includes(attribute))
    const refresh = browser.cookies.get('__Host-cs_refresh') ?? ''
    const left = await browser.send(await browser.open('/account'), 'sign_out')
    assert.equal(left.headers.get('clear-site-data'), '"cache", "storage"')
    assert.equal(await world.refreshVerdictOn(refresh), 'refresh_invalid')
    assert.ok(browser.cookies.has('__Host-cs_device') && !browser.cookies.has('__Host-cs_refresh'))
  })

  test('[J02] [H02] after too many wrong passwords the page says so, and when to try again', async () => {
    const { email } = await signUp()
    const stranger = new PageBrowser(world.url)
    const pages: ShownPage[] = []
    for (let attempt = 0; attempt < 8; attempt++) pages.push(await signIn(email, `wrong password ${attempt}`, stranger))
    const stopped = pages.find(({ status }) => status === 429)
    assert.match(stopped?.text ?? '', /There were too many attempts\. Wait a little, then try again\./)
    assert.ok(Number(stopped?.headers.get('retry-after')) >= 1)
    assert.equal(stopped?.form('sign_in').fields.get('email'), email)
    clock.advance(20 * MINUTE_MS)
  })

  test('[J02] a link signs nobody out: it asks', async () => {
    await signUp()
    assert.match((await browser.open('/sign-out')).text, /Sign out\?/)
    assert.equal((await browser.open('/account')).status, 200)
  })

  test('[J02] whoever was sent to sign in comes back, and nobody is led elsewhere', async () => {
    const { email } = await signUp()
    const ways: ReadonlyArray<readonly [asked: string, location: string]> = [
      ['/account/password', '/account/password'],
      ['https://orders.example/list?page=2', 'https://orders.example/list?page=2'],
      ['https://evil.example', '/account'],
      ['//evil.example', '/account'],
      ['/\\evil.example', '/account'],
      ['javascript:alert(1)', '/account'],
    ]
    for (const [asked, location] of ways) {
      const fresh = new PageBrowser(world.url)
      const page = await fresh.open(`/sign-in?return_to=${encodeURIComponent(asked)}`)
      if (asked.startsWith('https://orders')) assert.match(page.text, /to continue to orders\.example/)
      assert.ok(!page.text.includes('evil'))
      const answer = await fresh.send(page, 'sign_in', { email, password: PASSWORD })
      assert.equal(answer.headers.get('location'), location)
      // So is whoever is signed in already.
      assert.equal((await fresh.ask(`/sign-in?return_to=${encodeURIComponent(asked)}`)).headers.get('location'), location)
    }
  })

  test('[J02] the app is set up by its picture; its key and the recovery codes are shown once', async () => {
    await signUp()
    const shown = await browser.submit(await browser.open('/account/authenticator'), 'start')
    assert.match(shown.html, /<div class="qr" role="img" aria-label="[^"]+"><svg /)
    const wrong = await browser.submit(shown, 'confirm', { code: '000000' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /This code is not right, or was used before/)
    // The same key is still there to try again with, and nobody else sees it.
    assert.match(wrong.html, /<code class="key">/)
    const { codes, secret } = await turnOn()
    const again = await browser.open('/account/authenticator')
    for (const told of [secret, ...codes]) assert.ok(!again.html.includes(told))
    assert.match((await browser.open('/account')).text, /In use, added/)
  })

  test('[J02] sign-in asks for the code on a page of its own, the password stands in neither, and a recovery code does once', async () => {
    const { email } = await signUp()
    const { app, codes } = await turnOn()
    await browser.submit(await browser.open('/account'), 'sign_out')
    const asked = await signIn(email)
    assert.equal(asked.url.pathname, '/sign-in/code')
    assert.ok(!asked.html.includes(PASSWORD) && ![...browser.cookies.values()].some((value) => value.includes(PASSWORD)))
    assert.equal((await browser.ask('/account')).status, 303)
    const wrong = await browser.submit(asked, 'code', { code: app.wrongCode() })
    assert.match(wrong.text, /This code is not right/)
    const account = await browser.submit(wrong, 'code', { code: app.code() })
    assert.equal(account.url.pathname, '/account')
    assert.match(account.text, /password, code from the app/)
    const results: string[] = []
    for (const code of [codes[0] ?? '', codes[0] ?? '', 'no code']) {
      const fresh = new PageBrowser(world.url)
      await signIn(email, PASSWORD, fresh)
      const page = await fresh.submit(await fresh.open('/sign-in/code?use=recovery_code'), 'recovery_code', { code })
      results.push(`${page.status} ${page.url.pathname}`)
    }
    assert.deepEqual(results, ['200 /account', '400 /sign-in/code', '400 /sign-in/code'])
  })

  test('[J02] the step between password and code is over after ten minutes, and belongs to one browser', async () => {
    const { email } = await signUp()
    const { app } = await turnOn()
    const fresh = new PageBrowser(world.url)
    const asked = await signIn(email, PASSWORD, fresh)
    const thief = new PageBrowser(world.url)
    for (const [name, value] of fresh.cookies) if (name.endsWith('cs_step')) thief.cookies.set(name, value)
    assert.equal((await thief.open('/sign-in/code')).url.pathname, '/sign-in')
    clock.advance(11 * MINUTE_MS)
    const late = await fresh.submit(asked, 'code', { code: app.code() })
    assert.equal(late.url.pathname, '/sign-in')
    assert.match(late.text, /That took too long/)
  })

  test('[J02] the app is turned off with password and code', async () => {
    const { email } = await signUp()
    const { app } = await turnOn()
    const page = await browser.open('/account/authenticator')
    const wrong = await browser.submit(page, 'off', { current_password: 'not my password', code: app.code() })
    assert.match(wrong.text, /This is not your current password/)
    const other = await browser.submit(wrong, 'off', { current_password: PASSWORD, code: app.wrongCode() })
    assert.match(other.text, /This code is not right/)
    const done = await browser.submit(other, 'off', { current_password: PASSWORD, code: app.code() })
    assert.match(done.text, /The app is no longer in use/)
    assert.equal((await signIn(email, PASSWORD, new PageBrowser(world.url))).url.pathname, '/account')
  })

  test('[J02] [D06] setting up the app takes a fresh sign-in, and leads through it and back', async () => {
    const { email } = await signUp()
    clock.advance(6 * MINUTE_MS)
    // The access token has ended too: the page has refreshed the session by itself.
    const page = await browser.open('/account/authenticator')
    const stepUp = await browser.submit(page, 'start')
    assert.equal(stepUp.url.pathname, '/sign-in')
    assert.match(stepUp.text, /Confirm that it is you/)
    assert.ok(stepUp.text.includes(email))
    const before = browser.cookies.get('__Host-cs_refresh') ?? ''
    const wrong = await browser.submit(stepUp, 'confirm_password', { password: 'not my password' })
    assert.match(wrong.text, /We could not confirm that it is you\.[\s\S]*This is not your current password/)
    // What was asked for is done now, without being asked for again.
    const shown = await browser.submit(wrong, 'confirm_password', { password: PASSWORD })
    assert.equal(shown.url.pathname, '/account/authenticator')
    assert.match(shown.html, /<code class="key">/)
    // The session goes on, with tokens of its own; whoever holds those of before holds nothing for long.
    assert.notEqual(browser.cookies.get('__Host-cs_refresh'), before)
    assert.match((await browser.open('/account')).text, /This device/)
  })

  test('[J02] [D06] whoever has a second factor confirms with it, and what waits is done once', async () => {
    const { email } = await signUp()
    const other = new PageBrowser(world.url)
    await signIn(email, PASSWORD, other)
    const { app, codes } = await turnOn()
    clock.advance(6 * MINUTE_MS)
    const asked = await browser.submit(await browser.open('/account'), 'end_others')
    assert.match(asked.text, /Enter|Confirm that it is you/)
    assert.throws(() => asked.form('confirm_password'))
    assert.match((await browser.submit(asked, 'code', { code: app.wrongCode() })).text, /This code is not right/)
    const ended = await browser.submit(asked, 'code', { code: app.code() })
    assert.match(ended.text, /1 session has ended\./)
    assert.doesNotMatch((await browser.open('/account')).text, /has ended/)
    assert.equal((await other.open('/account')).url.pathname, '/sign-in')
    clock.advance(6 * MINUTE_MS)
    await signIn(email, PASSWORD, other)
    const again = await browser.submit(await browser.open('/account/recovery-codes'), 'renew')
    const byCode = await browser.open(`${again.url.pathname}${again.url.search}&use=recovery_code`)
    const renewed = await browser.submit(byCode, 'recovery_code', { code: codes[1] ?? '' })
    assert.equal(renewed.url.pathname, '/account/recovery-codes')
    assert.equal([...renewed.html.matchAll(/<li><code>/g)].length, 10)
  })

  test('[J02] what waits for its person is done for nobody else, not before they have confirmed, and not by another page', async () => {
    const { email } = await signUp()
    const other = new PageBrowser(world.url)
    await signIn(email, PASSWORD, other)
    clock.advance(6 * MINUTE_MS)
    const asked = await browser.submit(await browser.open('/account'), 'end_others')
    assert.equal(asked.url.pathname + asked.url.search, '/sign-in?step_up=yes&return_to=%2Faccount')
    await browser.open('/account')
    assert.equal((await other.open('/account')).url.pathname, '/account', 'nobody has confirmed')
    const waiting = browser.cookies.get('__Host-cs_waiting') ?? ''
    assert.notEqual(waiting, '')
    const thief = new PageBrowser(world.url)
    await thief.submit(await thief.open('/sign-up'), 'sign_up', { email: newAddress(), password: PASSWORD })
    thief.cookies.set('__Host-cs_waiting', waiting)
    assert.doesNotMatch((await thief.open('/account')).text, /has ended/)
    const elsewhere = await browser.submit(await browser.open('/sign-in?step_up=yes&return_to=%2Faccount%2Fpassword'), 'confirm_password', {
      password: PASSWORD,
    })
    assert.equal(elsewhere.url.pathname, '/account/password')
    await browser.open('/account')
    assert.equal((await other.open('/account')).url.pathname, '/account', 'confirmed for something else')
    // A confirmed one that is replayed does nothing a second time.
    clock.advance(6 * MINUTE_MS)
    const again = await browser.submit(await browser.open('/account'), 'end_others')
    const answer = await browser.send(again, 'confirm_password', { password: PASSWORD })
    const confirmed = browser.cookies.get('__Host-cs_waiting') ?? ''
    assert.equal(answer.headers.get('location'), '/account')
    assert.match((await browser.open('/account')).text, /1 session has ended\./)
    await signIn(email, PASSWORD, other)
    browser.cookies.set('__Host-cs_waiting', confirmed)
    assert.doesNotMatch((await browser.open('/account')).text, /has ended/)
    assert.equal((await other.open('/account')).url.pathname, '/account')
  })

  test('[J02] a new password ends every other session, and this one goes on', async () => {
    const { email } = await signUp()
    const other = new PageBrowser(world.url)
    await signIn(email, PASSWORD, other)
    const page = await browser.open('/account/password')
    const wrong = await browser.submit(page, 'password', { current_password: 'not my password', new_password: NEW_PASSWORD })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /This is not your current password/)
    assert.match((await browser.submit(page, 'password', { current_password: PASSWORD, new_password: 'iloveyou' })).text, /most common/)
    const done = await browser.submit(wrong, 'password', { current_password: PASSWORD, new_password: NEW_PASSWORD })
    assert.match(done.text, /Your password was changed/)
    assert.equal((await other.open('/account')).url.pathname, '/sign-in')
    assert.equal((await browser.open('/account')).status, 200)
    assert.equal((await signIn(email, NEW_PASSWORD, new PageBrowser(world.url))).url.pathname, '/account')
  })

  test('[J02] [C10] a session is ended from the list, by its owner alone; ending all others says how many', async () => {
    const { email } = await signUp()
    const others = [1, 2, 3].map(() => new PageBrowser(world.url, { 'user-agent': WINDOWS }))
    for (const other of others) await signIn(email, PASSWORD, other)
    const page = await browser.open('/account')
    assert.equal(page.html.match(/Chrome on Windows<\/span>/g)?.length, 3)
    assert.match(page.text, /This device/)
    assert.match(page.text, /Ends 3 sessions\./)
    const stranger = await world.person()
    const refused = await browser.submit(page, 'end', { session: stranger.session.id })
    assert.equal(refused.status, 404)
    assert.match(refused.text, /This is no longer here/)
    assert.equal(await world.verdictOn(stranger.access_token), '200')
    assert.match((await browser.submit(page, 'end')).text, /The session has ended\./)
    const ended = await browser.submit(await browser.open('/account'), 'end_others')
    assert.match(ended.text, /2 sessions have ended\./)
    for (const other of others) assert.equal((await other.open('/account')).url.pathname, '/sign-in')
    // Reloading what a form has led to repeats nothing.
    assert.doesNotMatch((await browser.open('/account')).text, /have ended/)
  })

  test('[J02] ending a session takes a fresh sign-in', async () => {
    const { email } = await signUp()
    const other = new PageBrowser(world.url)
    await signIn(email, PASSWORD, other)
    clock.advance(6 * MINUTE_MS)
    for (const form of ['end', 'end_others']) {
      const asked = await browser.submit(await browser.open('/account'), form)
      assert.equal(asked.url.pathname + asked.url.search, '/sign-in?step_up=yes&return_to=%2Faccount')
    }
    assert.equal((await other.open('/account')).url.pathname, '/account')
  })

  test('[J02] the language is the one that was chosen, remembered, or preferred by the browser', async () => {
    const german = new PageBrowser(world.url, { 'accept-language': 'de-AT,en;q=0.5' })
    assert.match((await german.open('/sign-in')).text, /Anmelden/)
    const chosen = await german.open('/sign-in?lang=en')
    assert.match(chosen.text, /Sign in/)
    assert.match((await german.open('/sign-up')).text, /Create an account/)
    assert.match((await german.open('/sign-in?lang=xx')).text, /Sign in/)
    const wrong = await german.submit(await german.open('/sign-in?lang=de'), 'sign_in', {
      email: 'a@example.com',
      password: 'wrong password',
    })
    assert.match(wrong.text, /Die Anmeldung hat nicht geklappt\. Prüfen Sie E-Mail-Adresse und Passwort\./)
    assert.equal(wrong.headers.get('content-language'), 'de')
  })
})
