/** In which language somebody is written to, when nothing that they have just asked for says it. */
export interface LanguageStore {
  /** Undefined: it was never noted. */
  find(user: string): Promise<string | undefined>
  /** In the place of what was noted before. Nothing where there is no such user. */
  note(user: string, language: string): Promise<void>
}
