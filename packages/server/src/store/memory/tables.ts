import type { PasswordRecord, User } from '../../account/user.ts'
import type { ServiceCredential } from '../../credential/service-credential-store.ts'
import type { Session } from '../../session/session.ts'
import type { Issuance } from '../../session/session-store.ts'
import type { StoredKey } from '../../signing/key-store.ts'
import type { Log } from './log.ts'

export interface UserRecord {
  readonly user: User
  readonly password: PasswordRecord
}

/**
 * All that the memory store holds. Whatever changes it does so in one synchronous stretch, log entry first: only an append
 * can fail, and nothing has changed by then.
 */
export class Tables {
  readonly log: Log
  readonly users: Map<string, UserRecord> = new Map()
  readonly sessions: Map<string, Session> = new Map()
  readonly keys: Map<string, StoredKey> = new Map()
  readonly services: Map<string, ServiceCredential> = new Map()

  constructor(log: Log) {
    this.log = log
  }

  activeUser(id: string): UserRecord | undefined {
    const record = this.users.get(id)
    return record?.user.status === 'active' ? record : undefined
  }

  issuanceOf(session: Session): Issuance | undefined {
    const user = this.activeUser(session.user)?.user
    if (user === undefined) return undefined
    const { id, email, name, roles, groups } = user
    return { rev: this.log.head.position, session, subject: { id, email, name, roles, groups } }
  }

  /** Removes the sessions that `isEnded` names. @returns their ids. */
  dropSessions(isEnded: (session: Session) => boolean): readonly string[] {
    const ended = [...this.sessions.values()].filter(isEnded).map(({ id }) => id)
    for (const id of ended) this.sessions.delete(id)
    return ended
  }
}
