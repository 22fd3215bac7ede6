import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from 'countersign/core'
import { PATIENCE_MS } from './patience.ts'
import type { ServerWorld } from './server-world.ts'

export interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

const STEP_MS = 5

/** What somebody finds in their mail, read as the operator of a server without a mail server reads it. */
export class Mailbox {
  readonly #world: ServerWorld
  readonly #read = new Set<string>()

  constructor(world: ServerWorld) {
    this.#world = world
  }

  /** The next mail to an address that was not taken before and whose subject fits, once it has come. */
  async next(to: string, subject: RegExp): Promise<Mail> {
    const deadline = systemClock.monotonicMs() + PATIENCE_MS
    for (;;) {
      const summary = (await this.#to(to)).findLast((each) => subject.test(each.subject) && !this.#read.has(each.id))
      if (summary !== undefined) {
        this.#read.add(summary.id)
        return (await this.#world.local('GET', `/v1/mails/${summary.id}`)).body.mail
      }
      assert.ok(systemClock.monotonicMs() < deadline, `no mail to ${to} with a subject like ${subject}`)
      await pause(STEP_MS)
    }
  }

  /** How many have come to an address, once nothing waits any more. */
  async count(to: string, subject = /./): Promise<number> {
    await this.settled()
    return (await this.#to(to)).filter((each) => subject.test(each.subject)).length
  }

  /** Until the queue is empty. */
  async settled(): Promise<void> {
    const deadline = systemClock.monotonicMs() + PATIENCE_MS
    while ((await this.#world.local('GET', '/v1/mails')).body.queue.waiting > 0) {
      assert.ok(systemClock.monotonicMs() < deadline, 'the queue did not become empty')
      await pause(STEP_MS)
    }
  }

  async #to(address: string): Promise<readonly Pick<Mail, 'id' | 'to' | 'subject'>[]> {
    const { status, body } = await this.#world.local('GET', '/v1/mails')
    assert.equal(status, 200)
    const mails: readonly Pick<Mail, 'id' | 'to' | 'subject'>[] = body.mails
    return mails.filter(({ to }) => to === address)
  }
}

/** The address behind the button. */
export function linkIn({ text, html }: Mail): URL {
  const [url = ''] = /https?:\/\/\S+\?token=[\w-]+/.exec(text) ?? []
  assert.ok(url !== '' && html.includes(url), 'both forms hold the link')
  return new URL(url)
}

export const tokenIn = (mail: Mail): string => linkIn(mail).searchParams.get('token') ?? ''

export function codeIn({ text }: Mail): string {
  const [code] = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(text) ?? []
  assert.ok(code !== undefined)
  return code
}
