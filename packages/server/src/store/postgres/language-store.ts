import { aside } from '../../audit/index.ts'
import type { LanguageStore } from '../../delivery/mail/language-store.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const find = statement<{ readonly language: string }>('find language', 'SELECT language FROM countersign.user_language WHERE user_id = $1')
const note = statement(
  'note language',
  `
  INSERT INTO countersign.user_language (user_id, language) SELECT id, $2 FROM countersign.user_account WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET language = excluded.language`,
)

/** When a commit's outcome is unknown (`unavailable`): noting it again changes nothing. */
export class PostgresLanguageStore implements LanguageStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(user: string): Promise<string | undefined> {
    const [row] = await this.#database.ask(find, user)
    return row?.language
  }

  async note(user: string, language: string): Promise<void> {
    await aside(() => this.#database.change(note, user, language))
  }
}
