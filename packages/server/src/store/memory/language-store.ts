import type { LanguageStore } from '../../delivery/mail/language-store.ts'
import type { Tables } from './tables.ts'

export class MemoryLanguageStore implements LanguageStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async find(user: string): Promise<string | undefined> {
    return this.#tables.languages.get(user)
  }

  async note(user: string, language: string): Promise<void> {
    if (this.#tables.users.has(user)) this.#tables.languages.set(user, language)
  }
}
