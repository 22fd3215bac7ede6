import { newId, type Platform } from 'countersign/core'
import type { MailQueue } from '../../delivery/index.ts'
import { checkedEmail } from '../account-input.ts'
import type { User } from '../user.ts'
import type { UserStore } from '../user-store.ts'
import type { LinkStore } from './link-store.ts'
import { linkInvalid } from './link-token.ts'
import type { Links } from './links.ts'
import type { MailRequestLimit } from './mail-request-limit.ts'

export interface PasswordResetsOptions {
  readonly store: LinkStore
  readonly users: Pick<UserStore, 'find'>
  readonly links: Links
  readonly mail: MailQueue
  readonly limit: MailRequestLimit
  readonly platform: Platform
}

/** Somebody asks for a mail to an address. */
export interface AddressMail {
  readonly email: string
  /** The network address of who asks. */
  readonly address: string | undefined
  /** The language of who asks. */
  readonly locale: string
}

/** The new password as it is to be stored, once it is known whose it will be. Slow, and outside any transaction. */
export type NewPasswordHash = (owner: User) => Promise<string>

const PREFIX = 'mail'

/** A new password for who has lost the old one, and reads the mail of the account. */
export class PasswordResets {
  readonly #options: PasswordResetsOptions

  constructor(options: PasswordResetsOptions) {
    this.#options = options
  }

  /**
   * Leaves a mail in the queue, whoever has the address and whether anybody has: it is looked up when the mail is sent. So all get the same
   * answer in the same time.
   *
   * @throws {AuthError} `request_invalid` for what is no address, `rate_limited`, `mail_unavailable`.
   */
  async request({ email, address, locale }: AddressMail): Promise<void> {
    const { mail, limit, platform } = this.#options
    const to = checkedEmail(email)
    mail.requireAvailable()
    await limit.admit({ email: to, address })
    const createdAt = platform.clock.now()
    await mail.enqueue([{ id: newId(PREFIX, platform.random), template: 'password_reset', facts: { email: to, locale }, createdAt }])
  }

  /**
   * Sets the password, once: every session and token of before is dead when this returns, and the address is proven. Signs nobody in: the
   * next sign-in asks for the new password and, where there is one, for the second factor, which a mailbox is not.
   *
   * @throws {AuthError} `link_invalid` also when the password was changed since; `request_invalid` for a password that the rules refuse, which uses
   * nothing up; `overloaded`.
   */
  async confirm(token: string, hashOf: NewPasswordHash): Promise<void> {
    const { store, users, links, platform } = this.#options
    const { user, hash } = await links.find(token, 'password_reset')
    const owner = await users.find(user)
    if (owner === undefined) throw linkInvalid('gone', user)
    const passwordHash = await hashOf(owner)
    if (!(await store.resetPassword({ hash, passwordHash, at: platform.clock.now() }))) throw linkInvalid('used', user)
  }
}
