import type { TargetKind } from 'countersign/revocation'

/** What the walk knows of a token that it was given. Times are monotonic milliseconds of the simulated clock. */
export interface KnownToken {
  readonly token: string
  readonly id: string
  readonly user: string
  readonly session: string
  readonly kid: string
  readonly client: string
  readonly roles: readonly string[]
  readonly expiresAtMs: number
  /** When its revocation was acknowledged. */
  deadSinceMs: number | undefined
  /** A revocation was asked for and its answer was lost: it may be dead, it may live. */
  doubtful: boolean
  /** The verifiers that have called it revoked (I04). */
  readonly refusedBy: Set<number>
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
}

/** The oracle: what must be dead, what must live, what nobody can know. */
export class Model {
  readonly users: KnownUser[] = []
  readonly sessions: KnownSession[] = []
  readonly tokens: KnownToken[] = []

  living(): KnownSession[] {
    return this.sessions.filter((session) => !session.ended && !session.doubtful)
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
      this.endSessions((session) => applies(kind, id, { ...session, session: session.id, id: '', kid: '', roles: [] }), atMs === 'doubtful')
  }
}

function applies(kind: TargetKind, id: string, token: Pick<KnownToken, 'id' | 'user' | 'session' | 'kid' | 'client' | 'roles'>): boolean {
  switch (kind) {
    case 'everyone':
    case 'issuer':
      return true
    case 'client':
      return token.client === id
    case 'role':
      return token.roles.includes(id)
    case 'group':
      return false
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
