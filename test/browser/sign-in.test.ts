import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BrowserWorld } from './browser-world.ts'
import { enrolApp, signOut, signUp, typeCode, typePassword, typeRecoveryCode } from './journey.ts'

let world: BrowserWorld
before(async () => {
  world = await BrowserWorld.open()
})
after(() => world[Symbol.asyncDispose]())

for (const javaScriptEnabled of [true, false]) {
  suite(`signing in, in a real browser ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    test('[J02] signing up, out and in again', async () => {
      await using mira = await world.visitor({ javaScriptEnabled })
      const person = await signUp(mira, world.newAddress())
      await mira.reads(person.email)
      await signOut(mira)
      await mira.open('/account')
      await mira.arrivesAt('/sign-in')
      await typePassword(mira, { ...person, password: 'a wrong password' })
      await mira.reads(mira.say.signIn.failed)
      assert.equal(await mira.field(mira.say.signIn.email).inputValue(), person.email)
      assert.equal(await mira.field(mira.say.signIn.password).inputValue(), '')
      await typePassword(mira, person)
      await mira.arrivesAt('/account')
    })

    test('[H03] an app that has seen the QR code alone signs in; each code, and each recovery code, works once', async () => {
      await using mira = await world.visitor({ javaScriptEnabled })
      const person = await signUp(mira, world.newAddress())
      const { app, recoveryCodes } = await enrolApp(mira, world)
      await signOut(mira)

      await typePassword(mira, person)
      await mira.arrivesAt('/sign-in/code')
      await typeCode(mira, app.wrongCode())
      await mira.reads(mira.say.field.code)
      const code = app.code()
      await typeCode(mira, code)
      await mira.arrivesAt('/account')
      await signOut(mira)

      await typePassword(mira, person)
      await typeCode(mira, code)
      await mira.reads(mira.say.field.code)

      const [recoveryCode = ''] = recoveryCodes
      await mira.follow(mira.say.signIn.useRecovery)
      await typeRecoveryCode(mira, recoveryCode)
      await mira.arrivesAt('/account')
      await signOut(mira)
      await typePassword(mira, person)
      await mira.follow(mira.say.signIn.useRecovery)
      await typeRecoveryCode(mira, recoveryCode)
      await mira.reads(mira.say.field.recoveryCode)
    })
  })
}
