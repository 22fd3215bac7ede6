import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { ManualClock, systemClock, systemPlatform } from 'countersign/core'
import type { SMTPServerOptions } from 'smtp-server'
import type { Job } from '../../packages/server/src/delivery/delivery-store.ts'
import type { Outcome } from '../../packages/server/src/delivery/delivery-worker.ts'
import { type ComposedMail, DeliveryWorker, mailCourier, mailJob, SmtpTransport } from '../../packages/server/src/delivery/index.ts'
import { mailSender, mailServer } from '../../packages/server/src/server/config-mail.ts'
import { createMemoryStore } from '../../packages/server/src/store/memory/store.ts'
import { selfSigned } from '../http/server-certificate.ts'
import { MailReceiver, type Verdict } from './mail-receiver.ts'

const AT = 1_800_000_000_000
const mail: ComposedMail = { to: 'mira@example.com', subject: 'Grüße', text: 'Guten Tag, Ünal.', html: '<p>Guten Tag, &Uuml;nal.</p>' }
const destination = { id: 'mail', kind: 'mail', owner: undefined, state: 'open', reason: undefined, settings: '{}', position: 0 } as const
const never = new AbortController().signal

interface Sending {
  readonly url: string
  readonly ca?: string
  readonly requiresTls?: boolean
  readonly mail?: Partial<ComposedMail>
  readonly id?: string
  readonly signal?: AbortSignal
  readonly clock?: ManualClock
  readonly from?: string
}

/** One attempt, from the job to the mail server. */
function send({
  url,
  ca,
  requiresTls = false,
  signal = never,
  clock,
  from = 'Harbour <no-reply@auth.example>',
  ...rest
}: Sending): Promise<Outcome> {
  const transport = new SmtpTransport({
    server: mailServer(url),
    from: mailSender(from),
    name: 'auth.example',
    requiresTls,
    clock: clock ?? systemClock,
    ...(ca === undefined ? {} : { ca }),
  })
  const now = { now: () => AT, monotonicMs: () => 0, after: systemClock.after.bind(systemClock) }
  const courier = mailCourier({ composer: { compose: async () => ({ ...mail, ...rest.mail }) }, transport, clock: now })
  const job: Job = { ...mailJob({ id: rest.id ?? 'one', template: 'x', facts: {}, createdAt: AT }), attempt: 1 }
  return courier.deliver(job, { ...destination, revision: 1, createdAt: AT }, signal)
}

suite('a mail is sent by SMTP', () => {
  let receiver: MailReceiver
  before(async () => {
    receiver = await MailReceiver.open()
  })
  after(() => receiver[Symbol.asyncDispose]())

  test('[H05] with both bodies, to one person, from the configured sender, and says that no machine should answer', async () => {
    assert.deepEqual(await send({ url: receiver.url }), { state: 'delivered' })
    const [received] = await receiver.mailsTo('mira@example.com')
    assert.ok(received !== undefined)
    assert.equal(received.from, 'no-reply@auth.example')
    assert.deepEqual(received.mail.from, { name: 'Harbour', address: 'no-reply@auth.example' })
    assert.equal(received.mail.subject, 'Grüße')
    assert.equal(received.mail.text?.trim(), 'Guten Tag, Ünal.')
    assert.match(received.mail.html ?? '', /&Uuml;nal/)
    assert.equal(new Date(received.mail.date ?? '').getTime(), AT)
    assert.equal(received.mail.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated')
    assert.deepEqual(received.mail.attachments, [])
    assert.doesNotMatch(received.raw, /nodemailer|x-mailer/i)
  })

  test('[H05] a job has one Message-ID at every attempt, and another job another', async () => {
    const idOf = async (id: string): Promise<string | undefined> => {
      await send({ url: receiver.url, id })
      return receiver.received.at(-1)?.mail.messageId
    }
    const first = await idOf('a')
    assert.match(first ?? '', /^<[\w-]{43}@auth\.example>$/)
    assert.equal(await idOf('a'), first)
    assert.notEqual(await idOf('b'), first)
  })

  const verdicts: readonly (readonly [
    what: string,
    behaviour: Partial<Record<'onSender' | 'onRecipient' | 'onMessage', Verdict>>,
    state: string,
  ])[] = [
    ['a recipient who is not there', { onRecipient: { code: 550 } }, 'refused'],
    ['a recipient who is not there for now', { onRecipient: { code: 450 } }, 'failed'],
    ['a server that wants no more today', { onRecipient: { code: 421 } }, 'failed'],
    ['a message that is refused', { onMessage: { code: 554 } }, 'refused'],
    ['a message that is put off', { onMessage: { code: 451 } }, 'failed'],
    ['a full mailbox', { onMessage: { code: 452 } }, 'failed'],
    ['a sender who is not allowed, which an operator can mend', { onSender: { code: 550 } }, 'failed'],
    ['a server that has lost the thread', { onRecipient: { code: 503 } }, 'failed'],
  ]
  for (const [what, answers, state] of verdicts) {
    test(`[H05] ${what}: ${state}, and what is noted of it holds neither address nor answer`, async () => {
      const before = receiver.received.length
      const { onSender, onRecipient, onMessage } = answers
      receiver.behaviour = { onSender: () => onSender, onRecipient: () => onRecipient, onMessage: () => onMessage }
      const outcome = await send({ url: receiver.url })
      receiver.behaviour = {}
      assert.equal(outcome.state, state)
      assert.match('problem' in outcome ? outcome.problem : '', /^(?:ECONNECTION|SMTP \d{3} (?:MAIL FROM|RCPT TO|DATA))$/)
      assert.equal(receiver.received.length, before)
    })
  }

  const forged: readonly (readonly [what: string, change: Partial<ComposedMail>, problem: string])[] = [
    ['a line break in the address', { to: 'mira@example.com\r\nBcc: eve@example.com' }, 'address_not_allowed'],
    ['a second address', { to: 'mira@example.com, eve@example.com' }, 'address_not_allowed'],
    ['an address with a name', { to: 'Eve <eve@example.com>' }, 'address_not_allowed'],
    ['an end of the command in the address', { to: 'mira@example.com> SIZE=1' }, 'address_not_allowed'],
    ['a command in the address', { to: 'x\r\nDATA\r\n@example.com' }, 'address_not_allowed'],
    ['a comment in the address', { to: 'mira(x)@example.com' }, 'address_not_allowed'],
    ['no domain', { to: 'mira' }, 'address_not_allowed'],
    ['an endless address', { to: `${'x'.repeat(300)}@example.com` }, 'address_not_allowed'],
    ['a header in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }, 'subject_not_allowed'],
    ['a bare line feed in the subject', { subject: 'Hello\nX: y' }, 'subject_not_allowed'],
    ['a line separator in the subject', { subject: 'Hello\u2028X: y' }, 'subject_not_allowed'],
    ['an endless subject', { subject: 'x'.repeat(300) }, 'subject_not_allowed'],
  ]
  for (const [what, change, problem] of forged) {
    test(`[H05] ${what} is refused, and nobody is called`, async () => {
      const { connections } = receiver
      assert.deepEqual(await send({ url: receiver.url, mail: change }), { state: 'refused', problem })
      assert.equal(receiver.connections, connections)
    })
  }

  test('[H05] what looks like a header or an end in the body stays in the body', async () => {
    const text = 'one\r\n.\r\nQUIT\r\nBcc: eve@example.com\r\n.\r\n'
    assert.deepEqual(await send({ url: receiver.url, mail: { to: 'dot@example.com', text } }), { state: 'delivered' })
    const [received] = await receiver.mailsTo('dot@example.com')
    assert.match(received?.mail.text ?? '', /one\n\.\nQUIT\nBcc: eve@example\.com\n\./)
    assert.equal(received?.mail.bcc, undefined)
    assert.equal(receiver.received.at(-1)?.to, 'dot@example.com')
  })

  test('[H05] who does not answer in time is left, and the sending that is broken off is, too', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const silent = createServer((socket) => void sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const connected = new Promise<void>((resolve) => silent.once('connection', () => resolve()))
    const clock = new ManualClock(AT)
    const waiting = send({ url, clock })
    await connected
    clock.advance(9000)
    assert.deepEqual(await waiting, { state: 'failed', problem: 'ETIMEDOUT' })
    const stop = new AbortController()
    silent.once('connection', () => stop.abort())
    assert.deepEqual(await send({ url, signal: stop.signal }), { state: 'failed', problem: 'EABORT' })
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
    assert.equal((await send({ url })).state, 'failed')
  })
})

suite('a mail that was not taken', () => {
  test('[H05] is sent again after longer and longer pauses, under one Message-ID, until it is taken', async () => {
    const clock = new ManualClock(AT)
    const deliveries = createMemoryStore({ cutoffLifeMs: 1000 }).deliveries
    await deliveries.add({ ...destination, revision: 1, createdAt: AT })
    await using receiver = await MailReceiver.open()
    let left = 4
    const refused: (string | undefined)[] = []
    receiver.behaviour = {
      onMessage: (_to, raw) => {
        if (left-- <= 0) return undefined
        refused.push(raw.match(/^Message-ID: (.*)$/m)?.[1])
        return { code: 451 }
      },
    }
    const server = mailServer(receiver.url)
    const transport = new SmtpTransport({
      server,
      from: mailSender('a@b.example'),
      name: 'b.example',
      requiresTls: false,
      clock: systemClock,
    })
    const pauses: number[] = []
    const postpone = deliveries.postpone.bind(deliveries)
    deliveries.postpone = async (taken, dueAt, problem) => {
      const pause = dueAt - clock.now()
      pauses.push(pause)
      const isPostponed = await postpone(taken, dueAt, problem)
      clock.advance(pause)
      return isPostponed
    }
    const couriers = [mailCourier({ composer: { compose: async () => mail }, transport, clock })]
    const worker = new DeliveryWorker({ store: deliveries, couriers, platform: { ...systemPlatform, clock } })
    await deliveries.enqueue([mailJob({ id: 'one', template: 'x', facts: {}, createdAt: AT })])
    worker.wake()
    const [received] = await receiver.mailsTo('mira@example.com')
    assert.equal(new Set([...refused, received?.raw.match(/^Message-ID: (.*)$/m)?.[1]]).size, 1)
    assert.equal(pauses.length, 4)
    for (const [n, pause] of pauses.entries()) assert.ok(pause >= 1000 * 2 ** n && pause <= 2000 * 2 ** n, `pause ${n}: ${pause}`)
    await worker.stop()
  })

  test('[H05] is given up after three days', async () => {
    const transport = { send: () => assert.fail('it was sent') }
    const clock = new ManualClock(AT + 3 * 86_400_000 + 1)
    const courier = mailCourier({ composer: { compose: async () => mail }, transport, clock })
    const job: Job = { ...mailJob({ id: 'old', template: 'x', facts: {}, createdAt: AT }), attempt: 99 }
    assert.deepEqual(await courier.deliver(job, { ...destination, revision: 1, createdAt: AT }, never), {
      state: 'refused',
      problem: 'too_late',
    })
  })

  test('[H05] to whom there is nobody any more is done', async () => {
    const transport = { send: () => assert.fail('it was sent') }
    const courier = mailCourier({ composer: { compose: async () => undefined }, transport, clock: new ManualClock(AT) })
    const job: Job = { ...mailJob({ id: 'gone', template: 'x', facts: {}, createdAt: AT }), attempt: 1 }
    assert.deepEqual(await courier.deliver(job, { ...destination, revision: 1, createdAt: AT }, never), { state: 'delivered' })
  })
})

suite('TLS to the mail server', () => {
  const certificate = selfSigned()
  const options: SMTPServerOptions = {
    ...certificate,
    authOptional: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'mailer' && password === 'p@ss:w/rd') done(null, { user: username })
      else done(new Error('no'))
    },
  }
  const credentials = 'mailer:p%40ss%3Aw%2Frd'
  let starting: MailReceiver
  let secure: MailReceiver
  before(async () => {
    starting = await MailReceiver.open(options)
    secure = await MailReceiver.open({ ...options, secure: true })
  })
  after(async () => {
    await starting[Symbol.asyncDispose]()
    await secure[Symbol.asyncDispose]()
  })

  test('[H05] is spoken from the start, or by STARTTLS, and the password goes through it', async () => {
    for (const [receiver, scheme] of [
      [starting, 'smtp'],
      [secure, 'smtps'],
    ] as const) {
      const url = `${scheme}://${credentials}@localhost:${receiver.port}`
      assert.deepEqual(await send({ url, ca: certificate.cert, requiresTls: true }), { state: 'delivered' })
      assert.deepEqual([receiver.received[0]?.isSecure, receiver.received[0]?.user], [true, 'mailer'])
    }
  })

  test('[H05] a certificate of nobody whom we trust is refused, both ways, and no password is sent', async () => {
    for (const [receiver, scheme] of [
      [starting, 'smtp'],
      [secure, 'smtps'],
    ] as const) {
      const before = receiver.received.length
      const outcome = await send({ url: `${scheme}://${credentials}@localhost:${receiver.port}` })
      assert.equal(outcome.state, 'failed')
      assert.equal(receiver.received.length, before)
    }
  })

  test('[H05] a server without TLS is sent nothing where TLS is demanded, or a password would be shown, unless it is on this machine', async () => {
    await using plain = await MailReceiver.open({ authOptional: true, disabledCommands: ['STARTTLS'] })
    // Leads to this machine, and is no address of it.
    const elsewhere = `0.0.0.0:${plain.port}`
    const refused = { state: 'failed', problem: 'SMTP 500 STARTTLS' }
    assert.deepEqual(await send({ url: `smtp://${elsewhere}`, requiresTls: true }), refused)
    assert.deepEqual(await send({ url: `smtp://${credentials}@${elsewhere}` }), refused)
    assert.equal(plain.connections, 2)
    assert.deepEqual(plain.received, [])
    assert.deepEqual(await send({ url: `smtp://localhost:${plain.port}`, requiresTls: true }), { state: 'delivered' })
  })

  test('[H05] a wrong password is for an operator to mend: the mail waits', async () => {
    const outcome = await send({ url: `smtps://mailer:wrong@localhost:${secure.port}`, ca: certificate.cert })
    assert.deepEqual(outcome, { state: 'failed', problem: 'SMTP 535 AUTH PLAIN' })
  })
})
