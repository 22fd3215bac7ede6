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
import { type FederatedIdentityRow, identityOf, identityValues } from '../sqlite/federation-row.ts'
import type { Database } from './database.ts'
import { noteChange } from './factor-change.ts'
import { addJobs } from './job-table.ts'
import type { LogWriter } from './log-writer.ts'
import { endOne } from './session-ending.ts'
import { statement } from './statement.ts'
import { insertUser, userColumnValues } from './user-insert.ts'

const IDENTITY = 'countersign.federated_identity'

const find = statement<FederatedIdentityRow>('find identity', `SELECT * FROM ${IDENTITY} WHERE issuer = $1 AND subject = $2`)
const list = statement<FederatedIdentityRow>('list identities', `SELECT * FROM ${IDENTITY} WHERE user_id = $1 ORDER BY linked_at, id`)
const add = statement(
  'add identity',
  `INSERT INTO ${IDENTITY} (user_id, id, issuer, subject, email, linked_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (issuer, subject) DO NOTHING`,
)
// Whoever links holds the head of the log, so that nobody else does between the count and the row.
const mayLink = statement<{ readonly id: string }>(
  'may link identity',
  `
  SELECT id FROM countersign.user_account
  WHERE id = $1 AND status = 'active' AND (SELECT count(*) FROM ${IDENTITY} WHERE user_id = $1) < $2 FOR NO KEY UPDATE`,
)
const use = statement('use identity', `UPDATE ${IDENTITY} SET last_used_at = $1 WHERE id = $2`)
const findOwn = statement<{ readonly id: string }>('find own identity', `SELECT id FROM ${IDENTITY} WHERE user_id = $1 AND id = $2`)
const unlink = statement(
  'unlink identity',
  `
  DELETE FROM ${IDENTITY} WHERE user_id = $1 AND id = $2 AND (
    EXISTS (SELECT 1 FROM countersign.user_account WHERE id = $1 AND password_hash <> '${NO_PASSWORD}')
    OR EXISTS (SELECT 1 FROM countersign.passkey WHERE user_id = $1)
    OR EXISTS (SELECT 1 FROM ${IDENTITY} WHERE user_id = $1 AND id <> $2))`,
)
const upstreamSessions = statement<{ readonly session_id: string }>(
  'upstream sessions',
  `
  SELECT session_id FROM countersign.upstream_session
  WHERE issuer = $1 AND ($2::text IS NULL OR sid = $2 OR ($4::int = 1 AND sid IS NULL)) AND ($3::text IS NULL OR subject = $3)
  ORDER BY session_id`,
)

/** Undoes a transaction that has begun to write. */
class IdentityTaken extends Error {}

/**
 * When a commit's outcome is unknown (`unavailable`): a repeated `link` finds the identity taken, a repeated `create` too, a repeated `unlink` finds
 * nothing, a repeated `endUpstream` nothing that is left.
 */
export class PostgresFederationStore implements FederationStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  async find(issuer: string, subject: string): Promise<FederatedIdentity | undefined> {
    const [row] = await this.#database.ask(find, issuer, subject)
    return row === undefined ? undefined : identityOf(row)
  }

  async list(user: string): Promise<readonly FederatedIdentity[]> {
    return (await this.#database.ask(list, user)).map(identityOf)
  }

  link({ identity, maximum }: IdentityLink): Promise<'linked' | 'taken' | 'refused'> {
    const { user, issuer, subject, linkedAt } = identity
    return this.#log.appending(async (unit, log) => {
      const [known] = await unit.ask(find, issuer, subject)
      if (known !== undefined) return 'taken'
      const [owner] = await unit.ask(mayLink, user, maximum)
      if (owner === undefined) return 'refused'
      // An account that is just being made with it holds no head.
      if ((await unit.change(add, ...identityValues(identity))) === 0) return 'taken'
      await noteChange({ unit, log }, user, { credential: 'identity', change: 'create' }, linkedAt)
      return 'linked'
    })
  }

  async create({ user, identity, jobs }: IdentityCreation): Promise<'created' | 'email_taken' | 'taken'> {
    try {
      return await this.#database.transaction(async (unit) => {
        const [known] = await unit.ask(find, identity.issuer, identity.subject)
        if (known !== undefined) return 'taken'
        if ((await unit.change(insertUser, ...userColumnValues(user, NO_PASSWORD))) === 0) return 'email_taken'
        if ((await unit.change(add, ...identityValues(identity))) === 0) throw new IdentityTaken()
        await addJobs(unit, jobs)
        return 'created'
      })
    } catch (error) {
      if (error instanceof IdentityTaken) return 'taken'
      throw error
    }
  }

  async use(id: string, at: EpochMs): Promise<boolean> {
    return (await aside(() => this.#database.change(use, at, id))) === 1
  }

  unlink(user: string, id: string, at: EpochMs): Promise<'unlinked' | 'last' | 'not_found'> {
    return this.#log.appending(async (unit, log) => {
      const [own] = await unit.ask(findOwn, user, id)
      if (own === undefined) return 'not_found'
      if ((await unit.change(unlink, user, id)) === 0) return 'last'
      await noteChange({ unit, log }, user, { credential: 'identity', change: 'delete' }, at)
      return 'unlinked'
    })
  }

  endUpstream({ issuer, subject, sid, orUnnamed = false, at }: UpstreamEnd): Promise<readonly EndedSession[]> {
    const alsoUnnamed = orUnnamed && subject !== undefined ? 1 : 0
    return this.#log.appending(async (unit, log) => {
      const ended: EndedSession[] = []
      for (const { session_id: session } of await unit.ask(upstreamSessions, issuer, sid ?? null, subject ?? null, alsoUnnamed)) {
        const user = await endOne(unit, session)
        if (user === undefined) continue
        await log.append({ kind: 'cutoff', target: { kind: 'session', id: session }, mode: 'hard', at, cause: { user } })
        ended.push({ session, user })
      }
      return ended
    })
  }
}
