import { AuthError, type EpochMs, newId, type Platform } from 'countersign/core'
import { type MailQueue, type MailRequest, mailJob } from '../../delivery/index.ts'
import { checkedEmail } from '../account-input.ts'
import type { User } from '../user.ts'
import type { UserStore } from '../user-store.ts'
import type { LinkStore } from './link-store.ts'
import { linkInvalid, parseLinkToken } from './link-token.ts'
import type { MailRequestLimit } from './mail-request-limit.ts'
import type { AddressMail } from './password-resets.ts'

export interface EmailAddressesOptions {
  readonly store: LinkStore
  readonly users: Pick<UserStore, 'find'>
  readonly mail: MailQueue
  readonly limit: MailRequestLimit
  readonly platform: Platform
}

/** Somebody who is signed in asks for a mail. */
export interface OwnMail extends Omit<AddressMail, 'email'> {
  readonly user: string
}

export interface EmailChange extends OwnMail {
  readonly newEmail: string
}

/** What became of the address. */
export interface ConfirmedEmail {
  readonly email: string
  readonly change: 'verified' | 'changed'
}

const PREFIX = 'mail'

/** The mail that proves the address of a new account, to be queued with it. */
export const verificationMail = (user: string, locale: string, { clock, random }: Platform): MailRequest => ({
  id: newId(PREFIX, random),
  template: 'email_verification',
  facts: { user, locale },
  createdAt: clock.now(),
})

/** Addresses are proven by a link that was sent there, and changed by one that was sent to the new one. */
export class EmailAddresses {
  readonly #options: EmailAddressesOptions

  constructor(options: EmailAddressesOptions) {
    this.#options = options
  }

  /** Sends the link again. Nothing is sent where the address is proven. @throws {AuthError} `not_found`, `rate_limited`, `mail_unavailable`. */
  async requestVerification({ user: id, address, locale }: OwnMail): Promise<void> {
    const { mail, limit, platform } = this.#options
    mail.requireAvailable()
    const user = await this.#find(id)
    if (user.emailVerifiedAt !== undefined) return
    await limit.admit({ email: user.email, address })
    await mail.enqueue([verificationMail(id, locale, platform)])
  }

  /**
   * Sends a link to the new address; nothing changes before it is used. Whether another account has the address shows neither here nor in the
   * time this takes: then nothing is sent. That whoever asks has signed in recently is the caller's to check.
   *
   * @throws {AuthError} `request_invalid`, `not_found`, `rate_limited`, `mail_unavailable`.
   */
  async requestChange({ user: id, newEmail, address, locale }: EmailChange): Promise<void> {
    const { mail, limit, platform } = this.#options
    const to = checkedEmail(newEmail)
    mail.requireAvailable()
    const user = await this.#find(id)
    // Of both addresses: nobody is flooded, and a session does not write to the whole world.
    await limit.admit({ email: `change of ${user.email}`, address })
    await limit.admit({ email: to, address })
    const facts = { user: id, email: to, locale }
    await mail.enqueue([{ id: newId(PREFIX, platform.random), template: 'email_change', facts, createdAt: platform.clock.now() }])
  }

  /**
   * Uses up a link of either kind. After a change older access tokens are dead, the sessions go on with the new address, and the old address
   * is told, with a link that undoes it for a week.
   *
   * @param locale Of who confirms: the language of that mail.
   * @throws {AuthError} `link_invalid`; `email_taken` when another account was quicker.
   */
  async confirm(token: string, locale: string): Promise<ConfirmedEmail> {
    const { kind, hash } = parseLinkToken(token)
    const at = this.#options.platform.clock.now()
    const link = await this.#options.store.find(hash, at)
    if (link === undefined) throw linkInvalid('gone')
    if (kind === 'email_verification') {
      if (!(await this.#options.store.verifyEmail({ hash, at }))) throw linkInvalid('used', link.user)
      return { email: link.email, change: 'verified' }
    }
    if (kind !== 'email_change') throw linkInvalid('other_kind')
    await this.#change(hash, locale, at)
    return { email: link.email, change: 'changed' }
  }

  async #change(hash: string, locale: string, at: EpochMs): Promise<void> {
    const { store, mail, platform } = this.#options
    const id = newId(PREFIX, platform.random)
    const outcome = await store.changeEmail({
      hash,
      at,
      jobs: ({ user }, formerEmail) =>
        mail.isAvailable
          ? [mailJob({ id, template: 'email_changed', facts: { user, email: formerEmail, at: String(at), locale }, createdAt: at })]
          : [],
    })
    if (outcome === 'refused') throw linkInvalid('used')
    if (outcome === 'email_taken') throw new AuthError('email_taken')
    mail.wake()
  }

  async #find(id: string): Promise<User> {
    const user = await this.#options.users.find(id)
    if (user === undefined) throw new AuthError('not_found', { user: id })
    return user
  }
}
