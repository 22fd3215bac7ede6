import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { PASSWORD } from '../http/server-world.ts'
import type { BrowserWorld } from './browser-world.ts'
import { readQrCode } from './qr-code.ts'
import type { VirtualAuthenticator } from './virtual-authenticator.ts'
import type { Visitor } from './visitor.ts'

/** The steps that people take on the pages, each until the page after it is there. */

export interface Person {
  readonly email: string
  readonly password: string
}

export async function signUp(visitor: Visitor, email: string, password: string = PASSWORD): Promise<Person> {
  const { signIn, account } = visitor.say
  await visitor.open('/sign-up')
  await visitor.type(new RegExp(`^${signIn.name}`), 'Mira')
  await visitor.type(signIn.email, email)
  await visitor.type(signIn.password, password)
  await visitor.press(signIn.signUpSubmit)
  await visitor.arrivesAt('/account')
  await visitor.reads(account.welcome)
  return { email, password }
}

/** As far as the password leads: to the account, or to the second factor. */
export async function typePassword(visitor: Visitor, { email, password }: Person): Promise<void> {
  const { signIn } = visitor.say
  await visitor.type(signIn.email, email)
  await visitor.type(signIn.password, password)
  await visitor.press(signIn.submit)
}

export async function signIn(visitor: Visitor, person: Person): Promise<void> {
  await visitor.open('/sign-in')
  await typePassword(visitor, person)
  await visitor.arrivesAt('/account')
}

export async function signOut(visitor: Visitor): Promise<void> {
  await visitor.press(visitor.say.page.signOut)
  await visitor.arrivesAt('/sign-in')
  await visitor.reads(visitor.say.signIn.signedOut)
}

export interface Enrolled {
  readonly app: AuthenticatorApp
  readonly recoveryCodes: readonly string[]
}

/** As far as the picture that is to be scanned. */
export async function startApp(visitor: Visitor): Promise<Locator> {
  const { account } = visitor.say
  await visitor.open('/account')
  await visitor.follow(`${account.app}: ${account.setUp}`)
  await visitor.press(account.appStart)
  const picture = visitor.page.getByRole('img', { name: account.appQr }).locator('svg')
  await picture.waitFor()
  return picture
}

/** Sets an authenticator app up that sees nothing but the picture on the screen. */
export const enrolApp = async (visitor: Visitor, world: BrowserWorld): Promise<Enrolled> =>
  confirmApp(await startApp(visitor), visitor, world)

export async function confirmApp(picture: Locator, visitor: Visitor, world: BrowserWorld): Promise<Enrolled> {
  const { account } = visitor.say
  const uri = await readQrCode(picture)
  const key = await visitor.page.locator('code.key').innerText()
  assert.equal(new URL(uri).searchParams.get('secret'), key.replaceAll(' ', ''))
  const app = new AuthenticatorApp(uri, world.clock)
  await visitor.type(account.appConfirm, app.code())
  await visitor.press(account.appSubmit)
  await visitor.reads(account.appTurnedOn)
  const recoveryCodes = await visitor.page.locator('.codes code').allInnerTexts()
  assert.equal(recoveryCodes.length, 10)
  nextCode(world)
  return { app, recoveryCodes }
}

/** Where somebody who is signed in is asked once more. */
export async function confirmPassword(visitor: Visitor, password: string): Promise<void> {
  const { signIn: words } = visitor.say
  await visitor.type(words.password, password)
  await visitor.press(words.stepUpSubmit)
}

const STEP_MS = 30_000

/** Until the app shows a code that was not used yet. */
export const nextCode = (world: BrowserWorld): void => world.clock.advance(STEP_MS)

export async function typeCode(visitor: Visitor, code: string): Promise<void> {
  await visitor.type(visitor.say.signIn.code, code)
  await visitor.press(visitor.say.signIn.codeSubmit)
}

export async function typeRecoveryCode(visitor: Visitor, code: string): Promise<void> {
  await visitor.type(visitor.say.signIn.recovery, code)
  await visitor.press(visitor.say.signIn.codeSubmit)
}

export async function askForReset(visitor: Visitor, email: string): Promise<void> {
  const { signIn: words, link } = visitor.say
  await visitor.open('/sign-in')
  await visitor.follow(words.forgotten)
  await visitor.type(link.askEmail, email)
  await visitor.press(link.askSubmit)
  await visitor.reads(link.sentReset)
}

/** Where the link of the mail leads. */
export async function setPassword(visitor: Visitor, password: string): Promise<void> {
  await visitor.type(visitor.say.account.newPassword, password)
  await visitor.press(visitor.say.link.resetSubmit)
}

export async function addPasskey(visitor: Visitor, authenticator: VirtualAuthenticator, name: string): Promise<void> {
  const { account, passkey } = visitor.say
  await visitor.open('/account')
  await visitor.follow(new RegExp(`^${account.passkeys}: `))
  await visitor.type(new RegExp(`^${passkey.name}`), name)
  await authenticator.touched(async () => {
    await visitor.press(passkey.add)
    await visitor.reads(passkey.added)
  })
}
