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

/** What has ended at another issuer, in its own names. */
export interface ForeignEnding {
  readonly issuer: string
  readonly kind: 'session' | 'user' | 'client' | 'issuer'
  /** Of an issuer: the issuer itself. */
  readonly id: string
  /** Whose session it is, where the event says so as well. */
  readonly user?: string
  /** So that whoever has signed in here by it has to do so again. What else a token of that issuer says of people is not kept here. */
  readonly endsSignIn: boolean
}

/** In the names of our log. */
export const targetOf = ({ issuer, kind, id }: ForeignEnding): Target =>
  kind === 'issuer' ? { kind, id: issuer } : { kind, id: foreignId(issuer, id) }

/**
 * What the events of a token end. An issuer speaks for its own users and sessions alone.
 *
 * @returns `undefined` when an event ends something and its subject cannot be named: it must not be passed over.
 */
export function endingsOf({ iss, sub_id: subject, events }: SecurityEventClaims): readonly ForeignEnding[] | undefined {
  const found: ForeignEnding[] = []
  for (const [type, event] of Object.entries(events)) {
    const ended = Object.hasOwn(endings, type) ? endings[type] : undefined
    if (ended === undefined) continue
    // Before Shared Signals 1.0 the subject stood in the event.
    const subjects = named(iss, ended, subject ?? event['subject'])
    if (subjects.length === 0) return undefined
    const endsSignIn = type !== `${CAEP}/token-claims-change`
    found.push(...subjects.map((each) => ({ ...each, issuer: iss, endsSignIn })))
  }
  return found
}

type Subject = Pick<ForeignEnding, 'kind' | 'id' | 'user'>

/** RFC 9493 section 3, and the complex subjects of Shared Signals 1.0 section 3. */
function named(iss: string, ended: 'session' | 'user', subject: unknown): readonly Subject[] {
  if (!isJsonObject(subject)) return []
  switch (formatOf(subject)) {
    case 'iss_sub':
      return subject['iss'] === iss ? target('user', subject['sub']) : []
    case 'opaque':
      // It does not say whose id that is. To end too much is the smaller mistake.
      return [...target('user', subject['id']), ...(ended === 'session' ? target('session', subject['id']) : [])]
    case 'complex':
      return namedInParts(iss, ended, subject)
    default:
      return []
  }
}

/** A session that is named is what is meant; otherwise all of the user's; otherwise all that an application has, or the whole issuer. */
function namedInParts(iss: string, ended: 'session' | 'user', parts: Readonly<Record<string, unknown>>): readonly Subject[] {
  const { session, user, application, tenant } = parts
  if (ended === 'session' && isJsonObject(session)) {
    const [whose] = isJsonObject(user) && formatOf(user) === 'iss_sub' ? named(iss, 'user', user) : []
    const found = formatOf(session) === 'opaque' ? target('session', session['id']) : []
    return found.map((each) => (whose === undefined ? each : { ...each, user: whose.id }))
  }
  if (user !== undefined) return isJsonObject(user) && formatOf(user) !== 'complex' ? named(iss, 'user', user) : []
  // What else is named (a device, a group) narrows it to what no token of ours names.
  const isWhole = ended === 'session' && Object.keys(parts).length === 2
  if (isWhole && isJsonObject(application) && formatOf(application) === 'opaque') return target('client', application['id'])
  return isWhole && isJsonObject(tenant) && formatOf(tenant) === 'uri' && tenant['uri'] === iss ? [{ kind: 'issuer', id: iss }] : []
}

/** `subject_type` and hyphens: as drafts had it, and as many senders still have it. */
function formatOf({ format, subject_type: type }: Readonly<Record<string, unknown>>): string {
  return String(format ?? type).replaceAll('-', '_')
}

const target = (kind: 'session' | 'user' | 'client', id: unknown): readonly Subject[] =>
  typeof id === 'string' && id !== '' ? [{ kind, id }] : []
