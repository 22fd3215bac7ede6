import { type EpochMs, isJsonObject, parseJson } from '../core/index.ts'

/** The account, as pages may see it. */
export interface BackendUser {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/** What stands behind a browser's cookie. Nothing of it but `user` and the times ever reaches a page. */
export interface BackendSession {
  readonly id: string
  readonly accessToken: string
  /** When it was issued and when it ends, by this machine's clock. */
  readonly issuedAt: EpochMs
  readonly tokenEndsAt: EpochMs
  readonly refreshToken: string
  /** Of the next refresh: whoever holds this state, in whichever process, asks with the same key and so gets the same successor. */
  readonly idempotencyKey: string
  readonly endsAt: EpochMs
  readonly authenticatedAt: string
  readonly methods: readonly string[]
  readonly user: BackendUser
}

/** As short as it can be: it has to fit in a cookie. */
export function writeSession(session: BackendSession): string {
  const { id, accessToken, issuedAt, tokenEndsAt, refreshToken, idempotencyKey, endsAt, authenticatedAt, methods, user } = session
  const { id: userId, email, name, roles, groups } = user
  const about = [userId, email, name, roles, groups]
  return JSON.stringify([1, id, accessToken, issuedAt, tokenEndsAt, refreshToken, idempotencyKey, endsAt, authenticatedAt, methods, about])
}

/** Of what this module has written and somebody has sealed; `undefined` for the form of another version. */
export function readSession(text: string): BackendSession | undefined {
  const parsed = parseJson(text)
  if (!Array.isArray(parsed) || parsed[0] !== 1 || parsed.length !== 11) return undefined
  const [, id, accessToken, issuedAt, tokenEndsAt, refreshToken, idempotencyKey, endsAt, authenticatedAt, methods, about] = parsed
  const [userId, email, name, roles, groups] = about
  const user = Object.freeze({ id: userId, email, name, roles, groups })
  return Object.freeze({ id, accessToken, issuedAt, tokenEndsAt, refreshToken, idempotencyKey, endsAt, authenticatedAt, methods, user })
}

/** What the issuer answers to a sign-in and to a refresh. */
export interface IssuedSession {
  readonly session: BackendSession
  readonly deviceToken: string | undefined
}

/** @throws {Error} The answer is none that this version understands. */
export function issuedSession(answer: unknown, askedAt: EpochMs, idempotencyKey: string): IssuedSession {
  if (!isJsonObject(answer)) throw unreadable()
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: seconds,
    token_type: type,
    session,
    user,
    device_token,
  } = answer
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || typeof seconds !== 'number' || type !== 'Bearer')
    throw unreadable()
  if (!isJsonObject(session) || !isJsonObject(user)) throw unreadable()
  const endsAt = Math.min(momentOf(session['expires_at']), momentOf(session['idle_expires_at']))
  return {
    session: Object.freeze({
      id: textOf(session['id']),
      accessToken,
      issuedAt: askedAt,
      tokenEndsAt: askedAt + seconds * 1000,
      refreshToken,
      idempotencyKey,
      endsAt,
      authenticatedAt: textOf(session['authenticated_at']),
      methods: textsOf(session['methods']),
      user: Object.freeze({
        id: textOf(user['id']),
        email: textOf(user['email']),
        name: typeof user['name'] === 'string' ? user['name'] : null,
        roles: textsOf(user['roles']),
        groups: textsOf(user['groups']),
      }),
    }),
    deviceToken: typeof device_token === 'string' ? device_token : undefined,
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw unreadable()
  return value
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw unreadable()
  return Object.freeze(value.map(textOf))
}

function momentOf(value: unknown): EpochMs {
  const at = Date.parse(textOf(value))
  if (Number.isNaN(at)) throw unreadable()
  return at
}

const unreadable = (): Error => new Error('the answer of the issuer is no session of this version')
