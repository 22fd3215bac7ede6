/** What a role that somebody is given may be called. */
export const ROLE_FORM: RegExp = /^[a-z][a-z0-9:_-]{0,63}$/

/** Which scopes roles bring by the database, by role: as it was read together with whoever has them. */
export type StoredScopes = ReadonlyMap<string, readonly string[]>

/** Which scopes a role brings. What the configuration says of a role holds, whatever the database says of it. */
export class RoleScopes {
  readonly #configured: ReadonlyMap<string, readonly string[]>

  constructor(configured: Readonly<Record<string, readonly string[]>> = {}) {
    this.#configured = new Map(Object.entries(configured))
  }

  get configured(): StoredScopes {
    return this.#configured
  }

  /** Each scope once. @param stored What the database says of these roles; undefined where it says nothing of any. */
  of(roles: readonly string[], stored: StoredScopes | undefined): readonly string[] {
    return [...new Set(roles.flatMap((role) => this.#configured.get(role) ?? stored?.get(role) ?? []))]
  }
}
