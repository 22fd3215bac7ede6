import { type EpochMs, toEpochSeconds } from 'countersign/core'
import type { OpaqueSignedIn } from '../account/opaque/index.ts'
import type { User } from '../account/user.ts'
import type { ServiceCredential } from '../credential/service-credential-store.ts'
import type { Device, Session } from '../session/session.ts'
import type { TokenSubject } from '../session/session-store.ts'
import type { SignedIn } from '../session/session-tokens.ts'
import type { InspectedToken } from '../session/token-inspection.ts'
import type { KeySummary } from '../signing/signing-keys.ts'
import { describeDevice } from './device-description.ts'

/** Records as the API shows them (`schema.ts` describes the same shapes). What is not named here does not leave the server. */

export type Shown = Readonly<Record<string, unknown>>

/** RFC 3339, in UTC. */
export const moment = (at: EpochMs): string => new Date(at).toISOString()
export const momentOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : moment(at))

export const showUser = ({ id, email, emailVerifiedAt, name, status, roles, groups, createdAt, updatedAt }: User): Shown => ({
  id,
  email,
  email_verified: emailVerifiedAt !== undefined,
  name: name ?? null,
  status,
  roles,
  groups,
  created_at: moment(createdAt),
  updated_at: moment(updatedAt),
})

export const showSubject = ({ id, email, name, roles, groups }: TokenSubject): Shown => ({ id, email, name: name ?? null, roles, groups })

const showDevice = ({ name, userAgent, address }: Device, place: string | undefined): Shown => {
  const { browser, system } = describeDevice(userAgent)
  return {
    name: name ?? null,
    user_agent: userAgent ?? null,
    address: address ?? null,
    browser: browser ?? null,
    system: system ?? null,
    place: place ?? null,
  }
}

/** @param place Of its address, for whoever has looked it up. */
export const showSession = (session: Session, current: string | undefined, place?: string): Shown => ({
  id: session.id,
  user: session.user,
  client: session.client,
  device: showDevice(session.device, place),
  methods: session.amr,
  created_at: moment(session.createdAt),
  authenticated_at: moment(session.authenticatedAt),
  refreshed_at: moment(session.rotatedAt),
  last_used_at: moment(Math.max(session.rotatedAt, session.authenticatedAt)),
  expires_at: moment(session.expiresAt),
  idle_expires_at: moment(session.idleExpiresAt),
  current: session.id === current,
})

/** The one answer to sign-in and refresh (C01). */
export const showSignedIn = ({ accessToken, expiresInSeconds, refreshToken, session, subject, deviceToken }: SignedIn): Shown => ({
  access_token: accessToken,
  token_type: session.dpopKey === undefined ? 'Bearer' : 'DPoP',
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  ...(deviceToken === undefined ? {} : { device_token: deviceToken }),
  session: showSession(session, session.id),
  user: showSubject(subject),
})

/** Without tokens there is nothing in the answer that anybody else could use. */
export function showOpaqueSignedIn({ signedIn, accessKeyId }: OpaqueSignedIn, withTokens: boolean): Shown {
  const { session, subject } = signedIn
  const known = { session: showSession(session, session.id), user: showSubject(subject), device_token: signedIn.deviceToken }
  const shown = withTokens ? showSignedIn(signedIn) : known
  return { access_key_id: accessKeyId, ...shown }
}

export const showKey = ({ kid, purpose, algorithm, state, createdAt, activatedAt, verifyUntil }: KeySummary): Shown => ({
  kid,
  purpose,
  algorithm,
  state,
  created_at: moment(createdAt),
  activated_at: momentOrNull(activatedAt),
  verify_until: momentOrNull(verifyUntil),
})

export const showService = ({ id, name, createdAt }: ServiceCredential): Shown => ({ id, name, created_at: moment(createdAt) })

/** RFC 7662 section 2.2. Of what is not alive nothing is said but that. A refresh token has no audience: it is for nobody but us. */
export function showInspected(inspected: InspectedToken | undefined, issuer: string): Shown {
  if (inspected === undefined) return { active: false }
  if (inspected.kind === 'refresh') return inspected.isCurrent ? showRefreshToken(inspected.session, issuer) : { active: false }
  const { iss, sub, aud, client_id, iat, nbf, exp, jti, sid, rev, scope, roles, groups, auth_time, amr, acr, cnf, login, act, origin } =
    inspected.claims
  const token_type = cnf?.['jkt'] === undefined ? 'Bearer' : 'DPoP'
  const said = {
    iss,
    sub,
    aud,
    client_id,
    iat,
    nbf,
    exp,
    jti,
    sid,
    rev,
    scope,
    roles,
    groups,
    auth_time,
    amr,
    acr,
    cnf,
    login,
    act,
    origin,
  }
  return { active: true, token_type, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) }
}

const showRefreshToken = (session: Session, issuer: string): Shown => ({
  active: true,
  token_type: 'refresh_token',
  iss: issuer,
  sub: session.user,
  client_id: session.client,
  iat: toEpochSeconds(session.rotatedAt),
  exp: toEpochSeconds(Math.min(session.expiresAt, session.idleExpiresAt)),
  sid: session.id,
  auth_time: toEpochSeconds(session.authenticatedAt),
  amr: session.amr,
})
