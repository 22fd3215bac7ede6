import { AuthError, type Cancel } from 'countersign/core'
import type { DeliveryStore, NewJob } from '../delivery-store.ts'
import { type MailRequest, mailJob } from './mail-request.ts'

export interface MailQueueOptions {
  readonly store: DeliveryStore
  /** False: this server was told no mail server, in production. */
  readonly isAvailable: boolean
  /** Nothing waits for the worker's next turn. Default `false`. */
  readonly sendsAtOnce?: boolean
}

/** Where mail is left to be sent, at least once. */
export class MailQueue {
  readonly isAvailable: boolean
  readonly #store: DeliveryStore
  readonly #sendsAtOnce: boolean
  readonly #listeners = new Set<() => void>()

  constructor({ store, isAvailable, sendsAtOnce = false }: MailQueueOptions) {
    this.#store = store
    this.#sendsAtOnce = sendsAtOnce
    this.isAvailable = isAvailable
  }

  /** For what cannot be done without mail, before anything of it is done. @throws {AuthError} `mail_unavailable`. */
  requireAvailable(): void {
    if (!this.isAvailable) throw new AuthError('mail_unavailable')
  }

  /**
   * What anybody may ask for, of any address: one insert, whoever it is for. It waits for the worker's next turn, within the second: what is
   * composed for the one address and not for the other would be felt by whoever asks something right after it.
   *
   * @throws {AuthError} `mail_unavailable`.
   */
  async enqueue(requests: readonly MailRequest[]): Promise<void> {
    this.requireAvailable()
    await this.#store.enqueue(requests.map(mailJob))
    if (this.#sendsAtOnce) this.wake()
  }

  /** To be committed with the change that they tell of; none where there is no mail. Call `wake` after the commit. */
  jobsOf(requests: readonly MailRequest[]): readonly NewJob[] {
    return this.isAvailable ? requests.map(mailJob) : []
  }

  /** There may be something to send: what is not told of is found within the second. */
  wake(): void {
    for (const listener of this.#listeners) listener()
  }

  onWake(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
