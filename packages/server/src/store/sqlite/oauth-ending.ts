import type { Target } from 'countersign/revocation'
import type { Append } from '../append.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** Whose refresh tokens and codes end with an entry of the log; undefined where none do. Those of a session end by its row's absence. */
export function endsArtifactsOf({ kind, mode, target }: Append): Target | undefined {
  const isHard = mode === 'hard' && (kind === 'cutoff' || kind === 'epoch')
  return isHard && (target.kind === 'user' || target.kind === 'client' || target.kind === 'everyone') ? target : undefined
}

/** Ends what clients hold, beside the entry that says so. */
export class OAuthEnding {
  readonly #users: Statement
  readonly #clients: Statement
  readonly #everyones: Statement

  constructor(database: Database) {
    this.#users = database.statement('DELETE FROM oauth_artifact WHERE user_id = ?')
    this.#clients = database.statement('DELETE FROM oauth_artifact WHERE client_id = ?')
    this.#everyones = database.statement('DELETE FROM oauth_artifact')
  }

  endBehind(append: Append): void {
    const target = endsArtifactsOf(append)
    if (target?.kind === 'user') this.#users.run(target.id)
    if (target?.kind === 'client') this.#clients.run(target.id)
    if (target?.kind === 'everyone') this.#everyones.run()
  }
}
