import { newId, type Platform } from 'countersign/core'
import { type MailQueue, mailJob } from '../../delivery/index.ts'
import type { LinkStore } from './link-store.ts'
import { linkInvalid } from './link-token.ts'
import type { Links } from './links.ts'

export interface DisowningOptions {
  readonly store: LinkStore
  readonly links: Links
  readonly mail: MailQueue
  readonly platform: Platform
}

const PREFIX = 'mail'

/** "This was not me": the way back for the owner of an account in which somebody else was at work. */
export class Disowning {
  readonly #options: DisowningOptions

  constructor(options: DisowningOptions) {
    this.#options = options
  }

  /**
   * Takes the account out of whosever hands it is in: sessions and tokens are dead, the password is void, the address is again the one that the
   * mail went to, and a link for a new password is on its way there. Passkeys go that were added since what the mail tells of; an authenticator
   * app stays.
   *
   * @throws {AuthError} `link_invalid`.
   */
  async confirm(token: string, locale: string): Promise<void> {
    const { store, links, mail, platform } = this.#options
    const { user, hash } = await links.find(token, 'not_me')
    const at = platform.clock.now()
    const id = newId(PREFIX, platform.random)
    const isDone = await store.disown({
      hash,
      at,
      jobs: () => (mail.isAvailable ? [mailJob({ id, template: 'password_reset', facts: { user, locale }, createdAt: at })] : []),
    })
    if (!isDone) throw linkInvalid('used', user)
    mail.wake()
  }
}
