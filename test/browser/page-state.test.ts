import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PASSWORD } from '../http/server-world.ts'
import { BRAND, BrowserWorld } from './browser-world.ts'
import { inspect, violationsOf } from './inspection.ts'
import { addPasskey, confirmApp, enrolApp, signIn, signOut, signUp, startApp, typeCode, typePassword } from './journey.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'
import type { Visitor } from './visitor.ts'
import { agents } from './visitors.ts'

const SIX_MINUTES_MS = 360_000

suite('every page on the way: nothing against its policy, against accessibility, or in the console', () => {
  let world: BrowserWorld
  before(async () => {
    world = await BrowserWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  /** What is there now, under a name of its own. */
  async function look({ page, watch }: Visitor, name: string): Promise<void> {
    await inspect(page, name)
    watch.assertQuiet()
  }

  test('[J02] the pages that links of mails lead to', async () => {
    await using mira = await world.visitor()
    await using stranger = await world.visitor()
    const { say } = mira
    const { email } = await signUp(mira, world.newAddress())
    const verification = await world.letter(email, say.mail.emailVerification.subject(BRAND))
    await stranger.open(verification.link)
    await look(stranger, 'verify')
    for (const [path, subject] of [
      ['/reset', say.mail.passwordReset.subject(BRAND)],
      ['/magic', say.mail.magicLink.subject(BRAND)],
    ] as const) {
      await stranger.open(path)
      await stranger.type(say.link.askEmail, email)
      await stranger.press(say.link.askSubmit)
      await stranger.reads(say.link.sentTitle)
      await look(stranger, `${path.slice(1)}-sent`)
      const { link } = await world.letter(email, subject)
      await stranger.open(link)
      await look(stranger, `${path.slice(1)}-link`)
      await stranger.open(`${path}?token=cs_nothing`)
      await look(stranger, `${path.slice(1)}-over`)
    }
    await using other = await world.visitor({ userAgent: agents.phone })
    const person = { email, password: PASSWORD }
    await signIn(other, person)
    const { link } = await world.letter(email, say.mail.newSignIn.subject(BRAND))
    await stranger.open(link)
    await look(stranger, 'not-me')
  })

  test('[J02] what is wrong, and what is not there', async () => {
    await using stranger = await world.visitor()
    const { say } = stranger
    await stranger.open('/sign-in')
    await typePassword(stranger, { email: 'nobody@harbour.example', password: 'a wrong password' })
    await stranger.reads(say.signIn.failed)
    await look(stranger, 'sign-in-wrong')
    await stranger.open('/sign-up')
    await stranger.press(say.signIn.signUpSubmit)
    await stranger.reads(say.signIn.signUpFailed)
    await look(stranger, 'sign-up-wrong')
    await stranger.open('/nothing')
    await stranger.isShown(say.page.notFoundTitle)
    await look(stranger, 'not-found')
  })

  test('[J02] the steps of an authenticator app, of a passkey and of a key, several devices, and a step-up', async () => {
    await using someone = await world.visitor()
    await using phone = await world.visitor({ userAgent: agents.phone })
    const { say } = someone
    const person = await signUp(someone, world.newAddress())
    await signIn(phone, person)
    const picture = await startApp(someone)
    await look(someone, 'account-authenticator-picture')
    await confirmApp(picture, someone, world)
    await look(someone, 'account-authenticator-codes')
    await someone.open('/account/authenticator')
    await look(someone, 'account-authenticator-on')
    await using authenticator = await VirtualAuthenticator.plugInto(someone)
    await addPasskey(someone, authenticator, 'Blue key')
    await look(someone, 'account-passkeys-one')
    await someone.open('/account/keys')
    await someone.type(say.key.name, 'Nightly export')
    await someone.press(say.key.submit)
    await someone.reads(say.key.madeTitle)
    await look(someone, 'account-keys-made')
    await someone.follow(say.key.madeDone)
    await someone.page.getByText(say.key.remove, { exact: true }).click()
    await look(someone, 'account-keys-one')
    await someone.open('/account')
    await someone.page.getByText(say.account.endOthers, { exact: true }).click()
    await look(someone, 'account-full')
    world.clock.advance(SIX_MINUTES_MS)
    await someone.press(say.account.endOthersSubmit(1))
    await someone.isShown(say.signIn.stepUpTitle)
    await look(someone, 'step-up')
    await signOut(someone)
  })

  test('the second factor of a sign-in', async () => {
    await using someone = await world.visitor()
    const { say } = someone
    const person = await signUp(someone, world.newAddress())
    const { app } = await enrolApp(someone, world)
    await signOut(someone)
    await typePassword(someone, person)
    await someone.isShown(say.signIn.codeTitle)
    await look(someone, 'sign-in-code')
    await typeCode(someone, app.wrongCode())
    await someone.reads(say.field.code)
    await look(someone, 'sign-in-code-wrong')
    await someone.follow(say.signIn.useRecovery)
    await someone.isShown(say.signIn.recoveryTitle)
    await look(someone, 'sign-in-recovery')
  })

  test('what is not accessible is noticed', async () => {
    await using someone = await world.visitor()
    await someone.page.setContent('<html><body><input><p style="color:#999;background:#fff">pale</p></body></html>')
    const found = (await violationsOf(someone.page)).map((violation) => violation.replace(/:.*/s, ''))
    for (const rule of ['label', 'color-contrast', 'html-has-lang']) assert.ok(found.includes(rule), rule)
  })
})
