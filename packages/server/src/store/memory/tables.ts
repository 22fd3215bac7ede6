import type { EpochMs } from 'countersign/core'
import type { TotpFactor } from '../../account/factor/factor-store.ts'
import type { PasswordRecord, User } from '../../account/user.ts'
import type { CallerKey } from '../../credential/caller-key.ts'
import type { ServiceCredential } from '../../credential/service-credential-store.ts'
import type { Destination, Job } from '../../delivery/delivery-store.ts'
import type { Session } from '../../session/session.ts'
import type { Issuance } from '../../session/session-store.ts'
import type { StoredKey } from '../../signing/key-store.ts'
import type { Log } from './log.ts'

export interface UserRecord {
  readonly user: User
  readonly password: PasswordRecord
}

export interface FactorRecord {
  readonly factor: TotpFactor
  /** Hashes of those that are left. */
  readonly recoveryCodes: readonly string[]
}

export interface JobRecord extends Job {
  readonly dueAt: EpochMs
  readonly deadAt: EpochMs | undefined
}

/**
 * All that the memory store holds. Whatever changes it does so in one synchronous stretch, log entry first: only an append
 * can fail, and nothing has changed by then.
 */
export class Tables {
  readonly log: Log
  readonly users: Map<string, UserRecord> = new Map()
  /** By user. */
  readonly factors: Map<string, FactorRecord> = new Map()
  readonly sessions: Map<string, Session> = new Map()
  readonly keys: Map<string, StoredKey> = new Map()
  readonly services: Map<string, ServiceCredential> = new Map()
  readonly callerKeys: Map<string, CallerKey> = new Map()
  readonly destinations: Map<string, Destination> = new Map()
  /** In the order in which they were added. */
  readonly jobs: Map<string, JobRecord> = new Map()

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

  /** Removes the keys of callers that `isEnded` names, and cuts off what verifiers hold of them. */
  endCallerKeys(isEnded: (key: CallerKey) => boolean, at: EpochMs): void {
    for (const { id } of [...this.callerKeys.values()].filter(isEnded)) {
      this.log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'hard', at })
      this.callerKeys.delete(id)
    }
  }

  /** Removes the sessions that `isEnded` names. @returns their ids. */
  dropSessions(isEnded: (session: Session) => boolean): readonly string[] {
    const ended = [...this.sessions.values()].filter(isEnded).map(({ id }) => id)
    for (const id of ended) this.sessions.delete(id)
    return ended
  }
}
