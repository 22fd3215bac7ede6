import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { suite, test } from 'node:test'
import { PASSWORD } from '../http/server-world.ts'
import { CrashingServer } from './crashing-server.ts'

const ROUNDS = 3
const TRIES = 2000
const OPERATOR = { email: 'operator@crash.example', password: 'the operator walks at night' }
const NEW_PASSWORD = 'another long walk on the beach'

suite('a reset while the server dies', () => {
  test('[G03] [I03] a link and what it does go together: the new password and no link, or the old one and the link, after kill -9 at any moment', async () => {
    await using server = await CrashingServer.start()
    await server.createAdministrator(OPERATOR.email, OPERATOR.password)
    const signIn = async (email: string, password: string) => server.send('POST', '/v1/sessions', { body: { email, password } })
    for (let round = 0; round < ROUNDS; round++) {
      const email = `person${round}@crash.example`
      const created = await server.send('POST', '/v1/users', { body: { email, password: PASSWORD } })
      assert.equal(created.status, 201)
      assert.equal((await server.send('POST', '/v1/password-resets', { body: { email } })).status, 202)
      const token = await linkTo(server, String((await signIn(OPERATOR.email, OPERATOR.password)).body['access_token']), email)
      const confirm = () => server.send('POST', '/v1/password-resets/confirm', { body: { token, password: NEW_PASSWORD } })
      const answer = confirm().then(
        ({ status }) => status,
        () => 'none',
      )
      // Somewhere between the request's arrival and long after its answer.
      await pause(round * 6)
      await server.crash()
      const wasAnswered = (await answer) === 204
      const isNew = (await signIn(email, NEW_PASSWORD)).status === 201
      const isOld = (await signIn(email, PASSWORD)).status === 201
      assert.notEqual(isNew, isOld, 'one password is right')
      if (wasAnswered) assert.equal(isNew, true, 'what was answered has happened')
      assert.equal((await confirm()).status, isNew ? 401 : 204, 'the link stands if, and only if, it was not used')
    }
  })
})

/** As the operator reads it in the outbox. */
async function linkTo(server: CrashingServer, token: string, address: string): Promise<string> {
  for (let turn = 0; turn < TRIES; turn++) {
    const { body } = await server.send('GET', '/v1/mails', { token })
    for (const mail of body['mails'] as readonly { to: string; text: string }[]) {
      const [, link] = /\?token=(cs_reset_[\w-]+)/.exec(mail.text) ?? []
      if (mail.to === address && link !== undefined) return link
    }
    await pause(5)
  }
  throw new Error(`no mail to ${address}`)
}
