import { toEpochSeconds } from 'countersign/core'
import { isForeignId, type Target } from 'countersign/revocation'
import type { Occurrence } from '../event-log.ts'
import { eventTypes } from './event-type.ts'

type Members = Readonly<Record<string, unknown>>

/** One event, and whom it is about (RFC 9493; Shared Signals 1.0 section 3). */
export interface TellableEvent {
  readonly type: string
  readonly subject: Members
  readonly event: Members
}

/**
 * What an entry of the log means to a receiver; undefined where it means nothing to it. Told are ended sessions, changed credentials and changed claims.
 * Not told: soft cut-offs that change no claim, which a session survives unseen; cut-offs of tokens, keys, roles and groups; and what another
 * issuer has told us, which is not ours to tell.
 */
export function eventOf(issuer: string, { entry, cause }: Occurrence): TellableEvent | undefined {
  const { kind, target, mode, at } = entry
  if ((kind !== 'cutoff' && kind !== 'epoch') || isForeignId(target.id)) return undefined
  const common = {
    event_timestamp: toEpochSeconds(at),
    // Nobody knows in which language an operator writes (BCP 47: undetermined).
    ...(cause.reason === undefined ? {} : { reason_admin: { und: cause.reason } }),
  }
  // CAEP has no word for them, and what no receiver understands is not sent.
  if (cause.credential === 'recovery-code' || cause.credential === 'identity') return undefined
  if (target.kind === 'user' && cause.credential !== undefined) {
    const event = { ...common, credential_type: cause.credential, change_type: cause.change ?? 'update' }
    return { type: eventTypes.credentialChange, subject: userOf(issuer, target.id), event }
  }
  if (target.kind === 'user' && cause.claims !== undefined) {
    return { type: eventTypes.tokenClaimsChange, subject: userOf(issuer, target.id), event: { ...common, claims: cause.claims } }
  }
  const subject = mode === 'hard' ? endedBy(issuer, target, cause.user) : undefined
  return subject === undefined ? undefined : { type: eventTypes.sessionRevoked, subject, event: common }
}

/** Whose sessions have ended. Of a complex subject all members narrow what is meant. */
function endedBy(issuer: string, { kind, id }: Target, user: string | undefined): Members | undefined {
  switch (kind) {
    case 'user':
      return userOf(issuer, id)
    case 'session':
      return { format: 'complex', session: { format: 'opaque', id }, ...(user === undefined ? {} : { user: userOf(issuer, user) }) }
    case 'client':
      return { format: 'complex', application: { format: 'opaque', id } }
    case 'everyone':
      return { format: 'complex', tenant: { format: 'uri', uri: issuer } }
    default:
      return undefined
  }
}

const userOf = (iss: string, sub: string): Members => ({ format: 'iss_sub', iss, sub })
