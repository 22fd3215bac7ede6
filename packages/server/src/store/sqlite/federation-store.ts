import type { EpochMs } from 'countersign/core'
import { aside } from '../../audit/index.ts'
import type {
  EndedSession,
  FederatedIdentity,
  FederationStore,
  IdentityCreation,
  IdentityLink,
  UpstreamEnd,
} from '../../account/federation/federation-store.ts'
import { NO_PASSWORD } from '../../account/user.ts'
import type { Database } from './database.ts'
import type { FactorChange } from './factor-change.ts'
import { type FederatedIdentityRow, identityOf, identityValues } from './federation-row.ts'
import { JobTable } from './job-table.ts'
import type { LogWriter } from './log-writer.ts'
import type { SessionEnding } from './session-ending.ts'
import type { Statement } from './statement.ts'
import { insertUser, userValues } from './user-row.ts'

interface StandingRow {
  readonly id: string
}

export class SqliteFederationStore implements FederationStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #ending: SessionEnding
  readonly #change: FactorChange
  readonly #jobs: JobTable
  readonly #find: Statement<FederatedIdentityRow>
  readonly #list: Statement<FederatedIdentityRow>
  readonly #link: Statement
  readonly #mayLink: Statement<StandingRow>
  readonly #insertUser: Statement
  readonly #use: Statement
  readonly #found: Statement<StandingRow>
  readonly #unlink: Statement
  readonly #ofSid: Statement<{ readonly session_id: string }>
  readonly #ofSubject: Statement<{ readonly session_id: string }>

  constructor(database: Database, log: LogWriter, ending: SessionEnding, change: FactorChange) {
    this.#database = database
    this.#log = log
    this.#ending = ending
    this.#change = change
    this.#jobs = new JobTable(database)
    this.#find = database.statement('SELECT * FROM federated_identity WHERE issuer = ? AND subject = ?')
    this.#list = database.statement('SELECT * FROM federated_identity WHERE user_id = ? ORDER BY linked_at, id')
    this.#link = database.statement(`
      INSERT INTO federated_identity (user_id, id, issuer, subject, email, linked_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (issuer, subject) DO NOTHING`)
    this.#mayLink = database.statement(`
      SELECT id FROM user WHERE id = ?1 AND status = 'active' AND (SELECT count(*) FROM federated_identity WHERE user_id = ?1) < ?2`)
    this.#insertUser = database.statement(insertUser)
    this.#use = database.statement('UPDATE federated_identity SET last_used_at = ? WHERE id = ?')
    this.#found = database.statement('SELECT id FROM federated_identity WHERE user_id = ? AND id = ?')
    this.#unlink = database.statement(`
      DELETE FROM federated_identity WHERE user_id = ?1 AND id = ?2 AND (
        EXISTS (SELECT 1 FROM user WHERE id = ?1 AND password_hash <> '${NO_PASSWORD}')
        OR EXISTS (SELECT 1 FROM passkey WHERE user_id = ?1)
        OR EXISTS (SELECT 1 FROM federated_identity WHERE user_id = ?1 AND id <> ?2))`)
    this.#ofSid = database.statement(`
      SELECT session_id FROM upstream_session WHERE issuer = ?1 AND (sid = ?2 OR (?4 AND sid IS NULL)) AND (?3 IS NULL OR subject = ?3)`)
    this.#ofSubject = database.statement(`
      SELECT session_id FROM upstream_session WHERE issuer = ?1 AND (?2 IS NULL OR subject = ?2)`)
  }

  find(issuer: string, subject: string): Promise<FederatedIdentity | undefined> {
    return this.#database.read(() => {
      const row = this.#find.get(issuer, subject)
      return row === undefined ? undefined : identityOf(row)
    })
  }

  list(user: string): Promise<readonly FederatedIdentity[]> {
    return this.#database.read(() => this.#list.all(user).map(identityOf))
  }

  link({ identity, maximum }: IdentityLink): Promise<'linked' | 'taken' | 'refused'> {
    const { user, linkedAt } = identity
    return this.#database.write(() => {
      if (this.#find.get(identity.issuer, identity.subject) !== undefined) return 'taken'
      if (this.#mayLink.get(user, maximum) === undefined) return 'refused'
      this.#link.run(...identityValues(identity))
      this.#change.note(user, { credential: 'identity', change: 'create' }, linkedAt)
      return 'linked'
    })
  }

  create({ user, identity, jobs }: IdentityCreation): Promise<'created' | 'email_taken' | 'taken'> {
    return this.#database.write(() => {
      if (this.#find.get(identity.issuer, identity.subject) !== undefined) return 'taken'
      if (this.#insertUser.runNamed(userValues(user, NO_PASSWORD)) === 0) return 'email_taken'
      this.#link.run(...identityValues(identity))
      this.#jobs.insert(jobs)
      return 'created'
    })
  }

  use(id: string, at: EpochMs): Promise<boolean> {
    return aside(() => this.#database.write(() => this.#use.run(at, id) === 1))
  }

  unlink(user: string, id: string, at: EpochMs): Promise<'unlinked' | 'last' | 'not_found'> {
    return this.#database.write(() => {
      if (this.#found.get(user, id) === undefined) return 'not_found'
      if (this.#unlink.run(user, id) === 0) return 'last'
      this.#change.note(user, { credential: 'identity', change: 'delete' }, at)
      return 'unlinked'
    })
  }

  endUpstream({ issuer, subject, sid, orUnnamed = false, at }: UpstreamEnd): Promise<readonly EndedSession[]> {
    return this.#database.write(() => {
      const alsoUnnamed = orUnnamed && subject !== undefined ? 1 : 0
      const rows =
        sid === undefined ? this.#ofSubject.all(issuer, subject ?? null) : this.#ofSid.all(issuer, sid, subject ?? null, alsoUnnamed)
      const ended: EndedSession[] = []
      for (const { session_id: session } of rows) {
        const user = this.#ending.endOne(session)
        if (user === undefined) continue
        this.#log.append({ kind: 'cutoff', target: { kind: 'session', id: session }, mode: 'hard', at, cause: { user } })
        ended.push({ session, user })
      }
      return ended
    })
  }
}
