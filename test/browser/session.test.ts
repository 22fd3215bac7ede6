import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { localeNames } from '../../packages/server/src/server/message/message.ts'
import { until } from '../http/patience.ts'
import { BrowserWorld } from './browser-world.ts'
import { confirmPassword, signIn, signUp, typePassword } from './journey.ts'
import type { Visitor } from './visitor.ts'
import { agents } from './visitors.ts'

const SIX_MINUTES_MS = 360_000

let world: BrowserWorld
before(async () => {
  world = await BrowserWorld.open()
})
after(() => world[Symbol.asyncDispose]())

suite('sessions, in a real browser without JavaScript, and others with it', () => {
  test('[C10] a device that is ended on another one is signed out', async () => {
    await using desk = await world.visitor({ javaScriptEnabled: false, userAgent: agents.windows })
    await using phone = await world.visitor({ userAgent: agents.phone })
    const person = await signUp(desk, world.newAddress())
    await signIn(phone, person)
    await desk.open('/account')
    const { account } = desk.say
    await desk.reads(account.on('Chrome', 'Windows'))
    await desk.press(account.endNamed(account.on('Safari', 'iOS')))
    await desk.reads(account.ended)
    assert.equal(await desk.button(account.endNamed(account.on('Safari', 'iOS'))).count(), 0)
    await phone.open('/account')
    await phone.arrivesAt('/sign-in')
  })

  test('[C10] all other devices are ended at once, after their number was named', async () => {
    await using desk = await world.visitor({ javaScriptEnabled: false })
    await using phone = await world.visitor({ userAgent: agents.phone })
    await using tablet = await world.visitor({ userAgent: agents.phone })
    const person = await signUp(desk, world.newAddress())
    for (const other of [phone, tablet]) await signIn(other, person)
    await desk.open('/account')
    const { account } = desk.say
    await desk.page.getByText(account.endOthers, { exact: true }).click()
    await desk.reads(account.endOthersEffect(2))
    await desk.press(account.endOthersSubmit(2))
    await desk.reads(account.othersEnded(2))
    for (const other of [phone, tablet]) {
      await other.open('/account')
      await other.arrivesAt('/sign-in')
    }
  })

  test('[D06] what changes how one signs in asks again after five minutes, and then goes on where it was', async () => {
    await using mira = await world.visitor({ javaScriptEnabled: false })
    const { password } = await signUp(mira, world.newAddress())
    const { account } = mira.say
    await mira.open('/account/authenticator')
    world.clock.advance(SIX_MINUTES_MS)
    await mira.press(account.appStart)
    await mira.isShown(mira.say.signIn.stepUpTitle)
    await confirmPassword(mira, 'a wrong password')
    await mira.reads(mira.say.signIn.stepUpFailed)
    await confirmPassword(mira, password)
    await mira.arrivesAt('/account/authenticator')
    await mira.reads(account.appScan)
    world.clock.advance(SIX_MINUTES_MS)
    await mira.press(account.appRestart)
    await mira.isShown(mira.say.signIn.stepUpTitle)
    await mira.follow(mira.say.page.cancel)
    await mira.arrivesAt('/account')
  })
})

suite('how the pages are used', () => {
  let visitor: Visitor
  before(async () => {
    visitor = await world.visitor()
  })
  after(() => visitor[Symbol.asyncDispose]())

  const focused = (): Promise<string> =>
    visitor.page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.tagName ?? '')
  const isRinged = (): Promise<boolean> =>
    visitor.page.evaluate(() => document.activeElement !== null && getComputedStyle(document.activeElement).boxShadow !== 'none')

  /** With the key that goes on, however many things there are between. */
  async function tabTo(name: string): Promise<void> {
    for (let step = 0; step < 30; step++) {
      if ((await focused()) === name) return
      await visitor.page.keyboard.press('Tab')
      assert.ok(await isRinged(), `nobody sees that ${await focused()} has the focus`)
    }
    assert.fail(`no key leads to ${name}`)
  }

  test('[J02] by keyboard alone: signing in, what is wrong takes the focus, the skip link, signing out', async () => {
    const { keyboard } = visitor.page
    await using other = await world.visitor()
    const { email, password } = await signUp(other, world.newAddress())
    const { signIn: words, account, page } = visitor.say

    await visitor.open('/sign-in')
    await until('the focus on the address', async () => (await focused()) === 'email')
    await keyboard.type(email)
    await tabTo('password')
    await keyboard.type('a wrong password')
    await keyboard.press('Enter')
    await visitor.reads(words.failed)
    await until('the focus on what is wrong', () => visitor.page.evaluate(() => document.activeElement?.getAttribute('role') === 'alert'))
    await tabTo('password')
    await keyboard.type(password)
    await keyboard.press('Enter')
    await visitor.isShown(account.title)

    await keyboard.press('Tab')
    assert.equal(await visitor.page.evaluate(() => document.activeElement?.textContent), page.skip)
    assert.ok(await visitor.link(page.skip).isVisible())
    await keyboard.press('Enter')
    await until('the focus on the content', () => visitor.page.evaluate(() => document.activeElement?.tagName === 'MAIN'))
    await keyboard.press('Shift+Tab')
    assert.equal(await visitor.page.evaluate(() => document.activeElement?.textContent?.trim()), page.signOut)
    await keyboard.press('Enter')
    await visitor.isShown(words.title)
    await visitor.reads(words.signedOut)
  })

  test('[C02] no script of a page can read what keeps somebody signed in', async () => {
    await using mira = await world.visitor()
    await signUp(mira, world.newAddress())
    // What proves that a request comes from our own page is for scripts to send.
    assert.match(await mira.page.evaluate(() => document.cookie), /^__Host-cs_csrf=[\w.-]+$/)
    const kept = (await mira.context.cookies()).filter(({ name }) => name !== '__Host-cs_csrf')
    for (const name of ['__Host-cs_access', '__Host-cs_refresh']) assert.ok(kept.some((cookie) => cookie.name === name))
    for (const { name, httpOnly, secure, sameSite, path } of kept) {
      assert.deepEqual([httpOnly, secure, sameSite, path], [true, true, 'Lax', '/'], name)
    }
  })

  test('[J02] the language is chosen by the browser, or by hand, and then stays', async () => {
    await using german = await world.visitor({ language: 'de' })
    const person = await signUp(german, world.newAddress())
    const { account, page } = german.say
    await german.isShown(account.title)
    await german.follow(localeNames.en)
    await german.reads('Where you are signed in')
    assert.equal(await german.page.locator('html').getAttribute('lang'), 'en')
    await german.open('/account/password')
    await german.isShown('Change your password')
    await german.follow(localeNames.de)
    await german.isShown(account.passwordTitle)
    await german.press(page.signOut)
    await german.arrivesAt('/sign-in')
    await typePassword(german, person)
    await german.isShown(account.title)
  })

  test('[J02] light and dark follow the system', async () => {
    const ground = (): Promise<string> => visitor.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await visitor.open('/sign-in')
    const colours: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await visitor.page.emulateMedia({ colorScheme })
      colours.push(await ground())
    }
    assert.deepEqual(colours, ['rgb(246, 246, 243)', 'rgb(17, 20, 19)'])
  })
})

suite('the watch over the pages', () => {
  test('notices what breaks the policy, errors of scripts, missing files and foreign requests', async () => {
    const visitor = await world.visitor()
    const policy = "default-src 'none'; script-src 'unsafe-inline'; img-src *"
    const body = `<body><style>p{}</style><img src="/nothing.png"><img src="http://evil.example/x.png"><script>throw new Error('broken')</script></body>`
    await visitor.page.route('**/*', (route) => {
      if (route.request().isNavigationRequest())
        return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': policy }, body })
      return route.fulfill({ status: 404 })
    })
    await visitor.open('/sign-in')
    for (const wanted of [
      /Content Security Policy/,
      /error at .*broken/,
      /status at .*nothing\.png: 404/,
      /foreign request at .*evil\.example/,
    ]) {
      await until(String(wanted), () => visitor.watch.complaints.some((complaint) => wanted.test(complaint)))
    }
    assert.throws(() => visitor.watch.assertQuiet())
    await visitor.context.close()
  })
})
