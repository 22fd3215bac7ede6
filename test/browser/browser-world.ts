import assert from 'node:assert/strict'
import { systemPlatform } from 'countersign/core'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { freePort } from '../../tool/free-port.ts'
import { ServerWorld } from '../http/server-world.ts'
import { MailReceiver, type ReceivedMail } from '../mail/mail-receiver.ts'
import { type Chromium, startChromium } from '../service/chromium.ts'
import { RunningClock } from './running-clock.ts'
import type { Visitor } from './visitor.ts'
import { type VisitorOptions, Visitors } from './visitors.ts'

export const BRAND = 'Harbour Foods'

/** A server at http://localhost, where passkeys work without a certificate, the mail server that it sends to, and a real browser. */
export class BrowserWorld implements AsyncDisposable {
  readonly clock: RunningClock
  readonly server: ServerWorld
  readonly url: string
  readonly #mails: MailReceiver
  readonly #chromium: Chromium
  readonly #visitors: Visitors
  readonly #read = new Set<ReceivedMail>()
  #people = 0

  private constructor(clock: RunningClock, server: ServerWorld, url: string, mails: MailReceiver, chromium: Chromium) {
    this.clock = clock
    this.server = server
    this.url = url
    this.#mails = mails
    this.#chromium = chromium
    this.#visitors = new Visitors(chromium.browser, url)
  }

  static async open(options: ServerOptions = {}): Promise<BrowserWorld> {
    const port = await freePort()
    const issuer = `http://localhost:${port}`
    const clock = new RunningClock()
    const [mails, chromium] = await Promise.all([MailReceiver.open(), startChromium()])
    const mailing = { mailServer: mails.url, mailFrom: 'no-reply@harbour.example' }
    const server = await ServerWorld.open({ port, issuer, brandName: BRAND, ...mailing, ...options }, { ...systemPlatform, clock })
    return new BrowserWorld(clock, server, issuer, mails, chromium)
  }

  /** A browser of their own for somebody who has never been here. */
  visitor(options: VisitorOptions = {}): Promise<Visitor> {
    return this.#visitors.next(options)
  }

  newAddress(): string {
    return `person${++this.#people}@harbour.example`
  }

  /** The next mail to somebody with such a subject that was not read before, once it has come. */
  async letter(to: string, subject: string): Promise<Letter> {
    for (;;) {
      const all = this.#mails.received.filter((each) => each.to === to)
      const found = all.find((each) => each.mail.subject === subject && !this.#read.has(each))
      if (found !== undefined) {
        this.#read.add(found)
        return new Letter(found, this.url)
      }
      await this.#mails.mailsTo(to, all.length + 1)
    }
  }

  lettersTo(address: string): readonly string[] {
    return this.#mails.received.filter(({ to }) => to === address).map(({ mail }) => mail.subject ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
    await this.#mails[Symbol.asyncDispose]()
    this.clock[Symbol.dispose]()
  }
}

/** A mail as its reader has it. */
export class Letter {
  readonly text: string
  readonly #url: string

  constructor({ mail }: ReceivedMail, url: string) {
    this.text = mail.text ?? ''
    this.#url = url
    assert.ok(mail.html?.includes(this.#address()) ?? false, 'both forms hold the link')
  }

  /** Where the button leads: path and query. */
  get link(): string {
    const { origin, pathname, search } = new URL(this.#address())
    assert.equal(origin, this.#url)
    return pathname + search
  }

  /** The code that may be typed in place of the link. */
  get code(): string {
    const [code] = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(this.text) ?? []
    assert.ok(code !== undefined, this.text)
    return code
  }

  #address(): string {
    const [address] = /https?:\/\/\S+\?token=[\w-]+/.exec(this.text) ?? []
    assert.ok(address !== undefined, this.text)
    return address
  }
}
