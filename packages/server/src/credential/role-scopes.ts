/** Which scopes a role brings. */
export class RoleScopes {
  readonly #scopes: ReadonlyMap<string, readonly string[]>

  constructor(scopes: Readonly<Record<string, readonly string[]>> = {}) {
    this.#scopes = new Map(Object.entries(scopes))
  }

  /** By name. */
  get all(): ReadonlyArray<readonly [role: string, scopes: readonly string[]]> {
    return [...this.#scopes].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** Each scope once. */
  of(roles: readonly string[]): readonly string[] {
    return [...new Set(roles.flatMap((role) => this.#scopes.get(role) ?? []))]
  }
}
