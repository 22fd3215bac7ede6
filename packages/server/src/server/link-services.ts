import type { Platform } from 'countersign/core'
import { Disowning, EmailAddresses, type Links, MagicLinks, MailRequestLimit, PasswordResets } from '../account/link/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { Services } from './services.ts'

interface Ground extends Pick<Services, 'config' | 'mail' | 'sessions' | 'throttle'> {
  readonly links: Links
  readonly platform: Platform
  readonly secret: MasterSecret
}

export type LinkServices = Pick<Services, 'links' | 'passwordResets' | 'magicLinks' | 'emailAddresses' | 'disowning'>

/** What people do by a link in a mail. */
export function composeLinks(store: Store, { links, mail, sessions, throttle, platform, secret, config }: Ground): LinkServices {
  const limit = new MailRequestLimit({ throttle: store.throttle, replay: store.replay, secret, clock: platform.clock })
  const common = { store: store.links, users: store.users, links, mail, limit, platform }
  return {
    links,
    passwordResets: new PasswordResets(common),
    magicLinks: new MagicLinks({ ...common, isEnabled: config.magicLinks, sessions, guard: throttle }),
    emailAddresses: new EmailAddresses(common),
    disowning: new Disowning(common),
  }
}
