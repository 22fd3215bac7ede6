import { aside } from '../../audit/index.ts'
import type { LanguageStore } from '../../delivery/mail/language-store.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

export class SqliteLanguageStore implements LanguageStore {
  readonly #database: Database
  readonly #find: Statement<{ readonly language: string }>
  readonly #note: Statement

  constructor(database: Database) {
    this.#database = database
    this.#find = database.statement('SELECT language FROM user_language WHERE user_id = ?')
    this.#note = database.statement(`
      INSERT INTO user_language (user_id, language) SELECT id, ?2 FROM user WHERE id = ?1
      ON CONFLICT (user_id) DO UPDATE SET language = excluded.language`)
  }

  find(user: string): Promise<string | undefined> {
    return this.#database.read(() => this.#find.get(user)?.language)
  }

  async note(user: string, language: string): Promise<void> {
    await aside(() => this.#database.write(() => this.#note.run(user, language)))
  }
}
