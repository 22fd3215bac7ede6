import type { EpochMs } from 'countersign/core'

/** What a link in a mail is for. */
export type LinkKind = 'password_reset' | 'magic_link' | 'email_verification' | 'email_change' | 'not_me'

export interface LinkRow {
  /** Of its token, so that leak scanners know what they have found. */
  readonly prefix: string
  readonly lifeSeconds: number
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every kind of link. */
export const linkKinds: Readonly<Record<LinkKind, LinkRow>> = Object.freeze({
  password_reset: { prefix: 'cs_reset', lifeSeconds: DAY },
  magic_link: { prefix: 'cs_magic', lifeSeconds: 15 * MINUTE },
  email_verification: { prefix: 'cs_verify', lifeSeconds: DAY },
  email_change: { prefix: 'cs_change', lifeSeconds: DAY },
  // As long as somebody may be away from their mail.
  not_me: { prefix: 'cs_notme', lifeSeconds: 7 * DAY },
})

/** A link that still stands. What was made for another password, another address or a suspended account does not. */
export interface StandingLink {
  readonly kind: LinkKind
  /** `usr_…` */
  readonly user: string
  /** The address that it was made for: the one to be proven, moved to, or gone back to. */
  readonly email: string
  /** The password generation that it was made for. */
  readonly generation: number
  readonly expiresAt: EpochMs
}
