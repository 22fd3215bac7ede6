import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BRAND, BrowserWorld } from './browser-world.ts'
import { askForReset, type Person, setPassword, signIn, signOut, signUp, typePassword } from './journey.ts'
import type { Visitor } from './visitor.ts'
import { agents } from './visitors.ts'

const NEW_PASSWORD = 'another long walk on the beach'

let world: BrowserWorld
before(async () => {
  world = await BrowserWorld.open()
})
after(() => world[Symbol.asyncDispose]())

suite('mail and its links, in a real browser', () => {
  /** Whose browser runs no scripts. */
  const owner = (): Promise<Visitor> => world.visitor({ javaScriptEnabled: false })
  /** At another one, which does. */
  const elsewhere = (): Promise<Visitor> => world.visitor({ userAgent: agents.phone })

  /** Opened where nobody is signed in, as by a program that looks at the links of mails before their reader does. */
  async function scan(path: string): Promise<void> {
    for (const method of ['GET', 'HEAD']) assert.equal((await fetch(world.url + path, { method })).status, 200)
  }

  const isOver = async (mira: Visitor, path: string): Promise<void> => {
    await mira.open(path)
    await mira.reads(mira.say.link.gone)
  }

  test('[G03] an address is confirmed by the button behind the link, once; a scanner confirms nothing', async () => {
    await using mira = await owner()
    const { say } = mira
    const { email } = await signUp(mira, world.newAddress())
    const { link } = await world.letter(email, say.mail.emailVerification.subject(BRAND))
    await scan(link)
    await mira.open('/account')
    await mira.reads(say.account.unverified)
    await mira.open(link)
    await mira.isShown(say.link.verifyTitle)
    await mira.reads(email)
    await mira.press(say.link.verifySubmit)
    await mira.arrivesAt('/account')
    await mira.reads(say.link.verified)
    await mira.reads(say.account.verified)
    await mira.open(link)
    await mira.reads(say.refusal.link_invalid)
  })

  test('[G03] a mail signs in by its code where it was asked for, and by its link anywhere, once', async () => {
    await using mira = await owner()
    await using phone = await elsewhere()
    const { say } = mira
    const { email } = await signUp(mira, world.newAddress())
    await signOut(mira)

    const letter = await askForMagicLink(mira, email)
    await mira.type(say.link.magicCode, letter.code)
    await mira.press(say.link.magicCodeSubmit)
    await mira.arrivesAt('/account')
    await signOut(mira)

    const { link } = await askForMagicLink(mira, email)
    await scan(link)
    await phone.open(link)
    await phone.isShown(say.link.magicTitle)
    await phone.reads(say.link.magicLead(email))
    await phone.press(say.link.magicSubmit)
    await phone.arrivesAt('/account')
    await signOut(phone)
    await isOver(phone, link)
  })

  const askForMagicLink = async (mira: Visitor, email: string): ReturnType<BrowserWorld['letter']> => {
    const { say } = mira
    await mira.open('/sign-in')
    await mira.follow(say.signIn.mailCode)
    await mira.type(say.link.askEmail, email)
    await mira.press(say.link.askSubmit)
    await mira.reads(say.link.sentMagic)
    return world.letter(email, say.mail.magicLink.subject(BRAND))
  }

  test('[G02] a forgotten password is replaced by mail, once, and every device is signed out', async () => {
    await using mira = await owner()
    await using phone = await elsewhere()
    const { say } = mira
    const person = await signUp(phone, world.newAddress())
    await askForReset(mira, person.email)
    const { link } = await world.letter(person.email, say.mail.passwordReset.subject(BRAND))
    await scan(link)
    await mira.open(link)
    await mira.reads(say.link.resetLead(person.email))
    await setPassword(mira, 'short')
    await mira.reads(say.link.resetFailed)
    await setPassword(mira, NEW_PASSWORD)
    await mira.arrivesAt('/sign-in')
    await mira.reads(say.link.resetDone)
    await phone.open('/account')
    await phone.arrivesAt('/sign-in')
    await typePassword(mira, person)
    await mira.reads(say.signIn.failed)
    await typePassword(mira, { ...person, password: NEW_PASSWORD })
    await mira.arrivesAt('/account')
    await signOut(mira)
    await isOver(mira, link)
  })

  test('[G02] whoever asks for somebody who has no account reads the same, and no mail is sent', async () => {
    await using mira = await owner()
    const email = world.newAddress()
    await askForReset(mira, email)
    const nobody = await mira.page.locator('main').innerText()
    const person = await signUp(mira, world.newAddress())
    await signOut(mira)
    await askForReset(mira, person.email)
    assert.equal(await mira.page.locator('main').innerText(), nobody)
    // Mails leave in their order.
    await world.letter(person.email, mira.say.mail.passwordReset.subject(BRAND))
    assert.deepEqual(world.lettersTo(email), [])
  })

  test('[H05] "this was not me": a stranger who has signed in is out at once, and the owner comes back by mail', async () => {
    await using mira = await owner()
    await using thief = await elsewhere()
    const { say } = mira
    const person = await signUp(mira, world.newAddress())
    await signOut(mira)
    await signIn(thief, person)
    const { link } = await world.letter(person.email, say.mail.newSignIn.subject(BRAND))
    await scan(link)
    await disown(mira, link, person.email)
    await thief.open('/account')
    await thief.arrivesAt('/sign-in')
    await typePassword(thief, person)
    await thief.reads(say.signIn.failed)
    await comeBack(mira, person)
  })

  test('[G02] [H05] an address is changed by a link to the new one; the old one is told, and can take it back', async () => {
    await using mira = await owner()
    await using reader = await elsewhere()
    const { say } = mira
    const person = await signUp(mira, world.newAddress())
    const email = world.newAddress()
    await mira.follow(`${say.account.email}: ${say.account.change}`)
    await mira.arrivesAt('/account/email')
    await mira.type(say.account.newEmail, email)
    await mira.press(say.account.emailSubmit)
    await mira.reads(say.account.emailAsked)
    const { link } = await world.letter(email, say.mail.emailChange.subject(BRAND))
    await scan(link)
    await mira.open('/account')
    await mira.reads(person.email)
    await mira.open(link)
    await mira.isShown(say.link.changeTitle)
    await mira.press(say.link.verifySubmit)
    await mira.reads(say.link.changed)
    await mira.reads(email)
    const told = await world.letter(person.email, say.mail.emailChanged.subject(BRAND))
    await disown(reader, told.link, person.email)
    await mira.open('/account')
    await mira.arrivesAt('/sign-in')
    await comeBack(reader, person)
  })

  async function disown(mira: Visitor, link: string, email: string): Promise<void> {
    await mira.open(link)
    await mira.reads(mira.say.link.notMeLead(email))
    await mira.press(mira.say.link.notMeSubmit)
    await mira.reads(mira.say.link.notMeDone)
  }

  async function comeBack(mira: Visitor, person: Person): Promise<void> {
    const { link } = await world.letter(person.email, mira.say.mail.passwordReset.subject(BRAND))
    await mira.open(link)
    await setPassword(mira, NEW_PASSWORD)
    await mira.arrivesAt('/sign-in')
    await typePassword(mira, { ...person, password: NEW_PASSWORD })
    await mira.arrivesAt('/account')
    await mira.reads(person.email)
  }
})
