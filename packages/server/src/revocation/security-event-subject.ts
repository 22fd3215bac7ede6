import { isJsonObject } from 'countersign/core'
import { foreignId, type Target } from 'countersign/revocation'
import type { SecurityEventClaims } from 'countersign/token'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type'
const RISC = 'https://schemas.openid.net/secevent/risc/event-type'

/** What each event that ends something ends. Others are heard and change nothing. */
const endings: Readonly<Record<string, 'session' | 'user'>> = {
  [`${CAEP}/session-revoked`]: 'session',
  [`${CAEP}/credential-change`]: 'user',
  [`${CAEP}/token-claims-change`]: 'user',
  [`${RISC}/sessions-revoked`]: 'user',
  [`${RISC}/account-disabled`]: 'user',
  [`${RISC}/account-purged`]: 'user',
  [`${RISC}/account-credential-change-required`]: 'user',
  [`${RISC}/credential-compromise`]: 'user',
}

/**
 * What the events of a token end, in the names of our log. An issuer speaks for its own users and sessions alone.
 *
 * @returns `undefined` when an event ends something and its subject cannot be named: it must not be passed over.
 */
export function targetsOf({ iss, sub_id: subject, events }: SecurityEventClaims): readonly Target[] | undefined {
  const targets: Target[] = []
  for (const [type, event] of Object.entries(events)) {
    const ended = Object.hasOwn(endings, type) ? endings[type] : undefined
    if (ended === undefined) continue
    // Before Shared Signals 1.0 the subject stood in the event.
    const found = named(iss, ended, subject ?? event['subject'])
    if (found.length === 0) return undefined
    targets.push(...found)
  }
  return targets
}

/** RFC 9493 section 3, and the complex subjects of Shared Signals 1.0 section 3. */
function named(iss: string, ended: 'session' | 'user', subject: unknown): readonly Target[] {
  if (!isJsonObject(subject)) return []
  switch (formatOf(subject)) {
    case 'iss_sub':
      return subject['iss'] === iss ? target('user', iss, subject['sub']) : []
    case 'opaque':
      // It does not say whose id that is. To end too much is the smaller mistake.
      return [...target('user', iss, subject['id']), ...(ended === 'session' ? target('session', iss, subject['id']) : [])]
    case 'complex':
      return namedInParts(iss, ended, subject)
    default:
      return []
  }
}

/** A session that is named is what is meant; otherwise all of the user's; otherwise all that an application has, or the whole issuer. */
function namedInParts(iss: string, ended: 'session' | 'user', parts: Readonly<Record<string, unknown>>): readonly Target[] {
  const { session, user, application, tenant } = parts
  if (ended === 'session' && isJsonObject(session)) return formatOf(session) === 'opaque' ? target('session', iss, session['id']) : []
  if (user !== undefined) return isJsonObject(user) && formatOf(user) !== 'complex' ? named(iss, 'user', user) : []
  // What else is named (a device, a group) narrows it to what no token of ours names.
  const isWhole = ended === 'session' && Object.keys(parts).length === 2
  if (isWhole && isJsonObject(application) && formatOf(application) === 'opaque') return target('client', iss, application['id'])
  return isWhole && isJsonObject(tenant) && formatOf(tenant) === 'uri' && tenant['uri'] === iss ? [{ kind: 'issuer', id: iss }] : []
}

/** `subject_type` and hyphens: as drafts had it, and as many senders still have it. */
function formatOf({ format, subject_type: type }: Readonly<Record<string, unknown>>): string {
  return String(format ?? type).replaceAll('-', '_')
}

const target = (kind: 'session' | 'user' | 'client', iss: string, id: unknown): readonly Target[] =>
  typeof id === 'string' && id !== '' ? [{ kind, id: foreignId(iss, id) }] : []
