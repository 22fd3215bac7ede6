import type { EpochMs } from 'countersign/core'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'

interface EndedRow {
  readonly id: string
}

/** Cuts off what verifiers hold of keys that are removed or changed, inside a unit of work. */
export class CallerKeyEnding {
  readonly #log: LogWriter
  readonly #family: Statement<EndedRow>
  readonly #ofService: Statement<EndedRow>
  readonly #ofUser: Statement<EndedRow>
  readonly #madeWith: Statement<EndedRow>

  constructor(database: Database, log: LogWriter) {
    this.#log = log
    this.#family = database.statement('DELETE FROM caller_key WHERE id = ?1 OR parent = ?1 RETURNING id')
    this.#ofService = database.statement("DELETE FROM caller_key WHERE owner_kind = 'service' AND owner_id = ? RETURNING id")
    this.#ofUser = database.statement("DELETE FROM caller_key WHERE owner_kind = 'user' AND owner_id = ? RETURNING id")
    this.#madeWith = database.statement('SELECT id FROM caller_key WHERE id = ?1 OR parent = ?1')
  }

  /** Verifiers ask again: for the key, and for all that was made with it. */
  tellChange(id: string, at: EpochMs): void {
    this.#cutOff(this.#madeWith.all(id), at, 'soft')
  }

  /** With all that was made with it. @returns false when there was none. */
  endOne(id: string, at: EpochMs): boolean {
    const ended = this.#family.all(id)
    this.#cutOff(ended, at)
    return ended.some((row) => row.id === id)
  }

  endServices(service: string, at: EpochMs): void {
    this.#cutOff(this.#ofService.all(service), at)
  }

  endUsers(user: string, at: EpochMs): void {
    this.#cutOff(this.#ofUser.all(user), at)
  }

  #cutOff(ended: readonly EndedRow[], at: EpochMs, mode: 'soft' | 'hard' = 'hard'): void {
    for (const { id } of ended) this.#log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode, at })
  }
}
