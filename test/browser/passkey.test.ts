import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BrowserWorld } from './browser-world.ts'
import { addPasskey, signOut, signUp, typePassword } from './journey.ts'
import { VirtualAuthenticator } from './virtual-authenticator.ts'
import type { Visitor } from './visitor.ts'

/** Presses the button of the page that is there now. With the finger on it already, what the browser offers by itself may be quicker. */
async function usingPasskey(visitor: Visitor): Promise<() => Promise<void>> {
  const found = await visitor.button(visitor.say.passkey.use).elementHandle()
  return async () => {
    await found?.click().catch((error: unknown) => assert.match(String(error), /not attached|detached|navigat|context was destroyed/i))
  }
}

suite('passkeys, in a real browser', () => {
  let world: BrowserWorld
  before(async () => {
    world = await BrowserWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[H04] a passkey signs in without a name, and beside the password; a removed one does not', async () => {
    await using mira = await world.visitor()
    await using authenticator = await VirtualAuthenticator.plugInto(mira)
    const { say } = mira
    const person = await signUp(mira, world.newAddress())
    await addPasskey(mira, authenticator, 'Blue key')
    const [uses = 0] = await authenticator.uses()
    await signOut(mira)

    const signIn = await usingPasskey(mira)
    await authenticator.touched(async () => {
      await signIn()
      await mira.arrivesAt('/account')
    })
    assert.ok(((await authenticator.uses())[0] ?? 0) > uses)
    await signOut(mira)

    await typePassword(mira, person)
    await mira.arrivesAt('/sign-in/code')
    await mira.isShown(say.passkey.factorTitle)
    await authenticator.touched(async () => {
      await mira.press(say.passkey.use)
      await mira.arrivesAt('/account')
    })

    await mira.open('/account/passkeys')
    await mira.reads('Blue key')
    await mira.page.getByText(say.passkey.remove, { exact: true }).click()
    await mira.press(say.passkey.removeSubmit)
    await mira.reads(say.passkey.removed)
    await mira.reads(say.passkey.none)
    await signOut(mira)
    const signInAgain = await usingPasskey(mira)
    await authenticator.touched(async () => {
      await signInAgain()
      await mira.reads(say.passkey.unknown)
      // By itself it is not tried again, round and round.
      assert.equal(await mira.page.locator('form[data-conditional]').count(), 0)
    })
    await typePassword(mira, person)
    await mira.arrivesAt('/account')
  })

  test('[H04] the browser offers its passkeys where the address is typed', async () => {
    await using mira = await world.visitor()
    await using authenticator = await VirtualAuthenticator.plugInto(mira)
    await signUp(mira, world.newAddress())
    await addPasskey(mira, authenticator, 'Phone')
    await signOut(mira)
    await authenticator.touched(async () => {
      await mira.page.reload({ waitUntil: 'commit' })
      await mira.arrivesAt('/account')
    })
  })

  test('[H04] a passkey whose device has not recognised its person lets nobody in', async () => {
    await using mira = await world.visitor()
    await using authenticator = await VirtualAuthenticator.plugInto(mira)
    await signUp(mira, world.newAddress())
    await addPasskey(mira, authenticator, 'Phone')
    await signOut(mira)
    await authenticator.verifiesUser(false)
    await authenticator.touched(async () => {
      await mira.press(mira.say.passkey.use)
      await mira.reads(mira.say.passkey.cancelled)
    })
    await authenticator.verifiesUser(true)
    await authenticator.touched(async () => {
      await mira.press(mira.say.passkey.use)
      await mira.arrivesAt('/account')
    })
  })

  test('[H04] without JavaScript nothing offers a passkey', async () => {
    await using mira = await world.visitor({ javaScriptEnabled: false })
    await mira.open('/sign-in')
    assert.equal(await mira.button(mira.say.passkey.use).count(), 0)
    await signUp(mira, world.newAddress())
    await mira.open('/account/passkeys')
    await mira.reads(mira.say.passkey.needsScript)
  })
})
