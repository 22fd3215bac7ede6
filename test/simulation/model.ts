import type { TargetKind } from 'countersign/revocation'
import { accessTokenSeconds } from './world.ts'

type Body = Readonly<Record<string, unknown>>

/** What the walk knows of a token that it was given. Times are monotonic milliseconds of the simulated clock. */
export interface KnownToken {
  readonly token: string
  readonly id: string
  readonly user: string
  readonly session: string
  readonly kid: string
  readonly client: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  /** The position of the log that its issuer had seen. */
  readonly rev: number
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /** When its revocation was acknowledged. */
  deadSinceMs: number | undefined
  /** A revocation was asked for and its answer was lost: it may be dead, it may live. */
  doubtful: boolean
  /** The verifiers that have called it revoked (I04). */
  readonly refusedBy: Set<number>
  /** Those that have accepted it: they know its key. */
  readonly acceptedBy: Set<number>
}

export interface KnownSession {
  readonly id: string
  readonly user: string
  readonly client: string
  readonly userAgent: string
  /** All refresh tokens it ever had, oldest first. */
  readonly refreshTokens: string[]
  rotatedAtMs: number
  ended: boolean
  doubtful: boolean
}

export interface KnownUser {
  readonly id: string
  readonly email: string
  password: string
  roles: readonly string[]
  suspended: boolean
  /** Signed in in vain while suspended: wrong sign-ins slow down right ones as well. */
  isSlowed: boolean
}

/** The oracle: what must be dead, what must live, what nobody can know. */
export class Model {
  readonly users: KnownUser[] = []
  readonly sessions: KnownSession[] = []
  readonly tokens: KnownToken[] = []

  living(): KnownSession[] {
    return this.sessions.filter((session) => !session.ended && !session.doubtful)
  }

  learnSession(body: Body, user: string, userAgent: string, nowMs: number): void {
    const { client } = this.learnToken(body, nowMs)
    this.sessions.push({
      id: (body['session'] as { id: string }).id,
      user,
      client,
      userAgent,
      refreshTokens: [String(body['refresh_token'])],
      rotatedAtMs: nowMs,
      ended: false,
      doubtful: false,
    })
  }

  learnRefresh(session: KnownSession, body: Body, nowMs: number): KnownToken {
    const successor = String(body['refresh_token'])
    if (session.refreshTokens.at(-1) !== successor) {
      session.refreshTokens.push(successor)
      session.rotatedAtMs = nowMs
    }
    return this.learnToken(body, nowMs)
  }

  learnToken(body: Body, nowMs: number): KnownToken {
    const token = String(body['access_token'])
    const [header, claims] = token.split('.').map(decoded)
    const known: KnownToken = {
      token,
      id: String(claims?.['jti']),
      user: String(claims?.['sub']),
      session: String(claims?.['sid']),
      client: String(claims?.['client_id']),
      kid: String(header?.['kid']),
      roles: (claims?.['roles'] as readonly string[] | undefined) ?? [],
      groups: (claims?.['groups'] as readonly string[] | undefined) ?? [],
      rev: Number(claims?.['rev']),
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + accessTokenSeconds * 1000,
      deadSinceMs: undefined,
      doubtful: false,
      refusedBy: new Set(),
      acceptedBy: new Set(),
    }
    this.tokens.push(known)
    return known
  }

  killTokens(matches: (token: KnownToken) => boolean, atMs: number | 'doubtful'): void {
    for (const token of this.tokens) {
      if (!matches(token)) continue
      if (atMs === 'doubtful') token.doubtful = true
      else token.deadSinceMs ??= atMs
    }
  }

  endSessions(matches: (session: KnownSession) => boolean, doubtful: boolean): void {
    for (const session of this.sessions) {
      if (!matches(session)) continue
      if (doubtful) session.doubtful = true
      else session.ended = true
    }
  }

  /** What revoking a target does: tokens die, and sessions where it is hard. */
  revoke(kind: TargetKind, id: string, atMs: number | 'doubtful'): void {
    this.killTokens((token) => applies(kind, id, token), atMs)
    const sessionsEnd = kind === 'everyone' || kind === 'user' || kind === 'session' || kind === 'client'
    if (sessionsEnd)
      this.endSessions(
        (session) => applies(kind, id, { ...session, session: session.id, id: '', kid: '', roles: [], groups: [] }),
        atMs === 'doubtful',
      )
  }
}

function decoded(segment: string, at: number): Body {
  // The third part is the signature.
  return at < 2 ? (JSON.parse(Buffer.from(segment, 'base64url').toString()) as Body) : {}
}

function applies(
  kind: TargetKind,
  id: string,
  token: Pick<KnownToken, 'id' | 'user' | 'session' | 'kid' | 'client' | 'roles' | 'groups'>,
): boolean {
  switch (kind) {
    case 'everyone':
    case 'issuer':
      return true
    case 'client':
      return token.client === id
    case 'role':
      return token.roles.includes(id)
    case 'group':
      return token.groups.includes(id)
    case 'user':
      return token.user === id
    case 'session':
      return token.session === id
    case 'token':
      return token.id === id
    case 'key':
      return token.kid === id
  }
}
