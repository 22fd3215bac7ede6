import type { EpochMs } from 'countersign/core'
import type { Cause, Occurrence } from '../event-log.ts'
import type { MailRequest } from './mail-request.ts'

/** What people are told of a change of how they sign in, whoever made it and by whatever way: what stands in the log is told. */
export function noticeOf({ entry, cause }: Occurrence): MailRequest | undefined {
  const { kind, target, at, position } = entry
  if (kind === 'cutoff' && target.kind === 'session' && cause.theft === true && cause.user !== undefined) {
    return { id: `notice.${position}`, template: 'session_stolen', facts: { user: cause.user, at: String(at) }, createdAt: at }
  }
  if (kind !== 'cutoff' || target.kind !== 'user' || cause.credential === undefined) return undefined
  const facts = { user: target.id, at: String(at), factor: cause.credential }
  return { id: `notice.${position}`, template: templateOf(cause), facts, createdAt: at }
}

function templateOf({ credential, change }: Cause): string {
  if (credential === 'password') return 'password_changed'
  if (credential === 'recovery-code') return 'recovery_codes_renewed'
  return change === 'delete' ? 'factor_removed' : 'factor_added'
}

/** A sign-in on a device that was not seen before. */
export interface NewSignIn {
  readonly session: string
  readonly user: string
  readonly userAgent: string | undefined
  readonly address: string | undefined
  /** The language that was asked for. */
  readonly locale: string | undefined
  readonly at: EpochMs
}

/** To be committed with the session: see `SessionOpening.jobs` and `MailQueue.jobsOf`. */
export const newSignInNotice = ({ session, user, userAgent, address, locale, at }: NewSignIn): MailRequest => ({
  id: `sign-in.${session}`,
  template: 'new_sign_in',
  facts: {
    user,
    at: String(at),
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
    ...(address === undefined ? {} : { address }),
    ...(locale === undefined ? {} : { locale }),
  },
  createdAt: at,
})
