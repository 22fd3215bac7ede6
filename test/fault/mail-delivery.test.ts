// A server that dies in the middle of sending mail: what it had acknowledged is told, at least once, each mail always by the same Message-ID.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { until } from '../http/patience.ts'
import { MailReceiver } from '../mail/mail-receiver.ts'
import { CrashingServer } from './crashing-server.ts'

const rounds = 3
const people = 3
const passwordOf = (round: number): string => `a walk on the beach number ${round}`
const NOTICE = 'Your Harbour password was changed'

suite('a server killed with SIGKILL while it sends mail', () => {
  let server: CrashingServer
  let receiver: MailReceiver
  before(async () => {
    receiver = await MailReceiver.open()
    server = await CrashingServer.start({
      COUNTERSIGN_MAIL_URL: receiver.url,
      COUNTERSIGN_MAIL_FROM: 'no-reply@harbour.example',
      COUNTERSIGN_BRAND_NAME: 'Harbour',
    })
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  test('[H05] [B41] tells every acknowledged change at least once, under one Message-ID each', async () => {
    const emails = Array.from({ length: people }, (_, n) => `person${n}@harbour.example`)
    for (const email of emails) {
      assert.equal((await server.send('POST', '/v1/users', { body: { email, password: passwordOf(0) } })).status, 201)
    }
    const acknowledged = new Map<string, number>()
    const current = new Map(emails.map((email) => [email, 0]))
    /** Nobody knows whether what was not answered has happened: both are tried. */
    const signIn = async (email: string): Promise<string> => {
      const known = current.get(email) ?? 0
      for (const round of [known, known + 1]) {
        const { status, body } = await server.send('POST', '/v1/sessions', { body: { email, password: passwordOf(round) } })
        if (status !== 201) continue
        current.set(email, round)
        return String(body['access_token'])
      }
      return assert.fail(`${email} cannot sign in`)
    }

    for (let round = 0; round < rounds; round++) {
      const tokens: string[] = []
      for (const email of emails) tokens.push(await signIn(email))
      let left = round + 1
      const killing = new Promise<void>((resolve) => {
        // The first of the round are taken; the next one is in the hands of a server that dies.
        receiver.behaviour = {
          onMessage: (_to, raw) => {
            if (!raw.includes(`Subject: ${NOTICE}`) || left-- > 1) return undefined
            resolve()
            return new Promise(() => undefined)
          },
        }
      })
      const changes = emails.map(async (email, n) => {
        const known = current.get(email) ?? 0
        const body = { current_password: passwordOf(known), new_password: passwordOf(known + 1) }
        const { status } = await server.send('PUT', '/v1/me/password', { token: tokens[n] ?? '', body })
        if (status !== 200) return
        current.set(email, known + 1)
        acknowledged.set(email, (acknowledged.get(email) ?? 0) + 1)
      })
      // Something was acknowledged, so that there is something to keep.
      await Promise.all([killing, Promise.race(changes)])
      const settled = Promise.allSettled(changes)
      await server.crash()
      await settled
      receiver.behaviour = {}
    }

    for (const email of emails) await signIn(email)
    const notices = () => receiver.received.filter(({ mail }) => mail.subject === NOTICE)
    const toldTo = (email: string): number => new Set(notices().flatMap(({ to, mail }) => (to === email ? [mail.messageId] : []))).size
    const untold = (): readonly string[] => emails.filter((email) => toldTo(email) < (acknowledged.get(email) ?? 0))
    await until('all that was acknowledged is told', () => untold().length === 0)
    assert.ok([...acknowledged.values()].reduce((sum, count) => sum + count, 0) >= rounds)
    for (const email of emails) assert.ok(toldTo(email) <= (current.get(email) ?? 0), 'a repeated mail has the Message-ID of before')
  })
})
