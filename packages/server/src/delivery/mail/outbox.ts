import type { Outcome } from '../delivery-worker.ts'
import type { MailTransport, OutgoingMail } from './mail-courier.ts'

const MOST_KEPT = 200

/** Where mail ends in development: in the memory of this process, the newest two hundred. */
export class Outbox implements MailTransport {
  readonly #mails = new Map<string, OutgoingMail>()

  async send(mail: OutgoingMail): Promise<Outcome> {
    this.#mails.delete(mail.id)
    this.#mails.set(mail.id, mail)
    const [oldest] = this.#mails.keys()
    if (this.#mails.size > MOST_KEPT && oldest !== undefined) this.#mails.delete(oldest)
    return { state: 'delivered' }
  }

  /** Newest first. */
  list(): readonly OutgoingMail[] {
    return [...this.#mails.values()].reverse()
  }

  find(id: string): OutgoingMail | undefined {
    return this.#mails.get(id)
  }
}
