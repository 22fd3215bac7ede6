/** What API keys and access keys have in common, as the server shows them. */
export interface CallerKey {
  readonly id: string
  readonly name: string
  readonly user: string | null
  readonly service: string | null
  readonly scope: readonly string[]
  /** Null: all that the owner has. */
  readonly roles: readonly string[] | null
  readonly addresses: readonly string[]
  readonly status: string
  readonly successor: string | null
  readonly created_at: string
  readonly expires_at: string | null
}

/** Whose keys are asked for: of everyone without either. */
export interface OwnerQuery {
  readonly user?: string | undefined
  readonly service?: string | undefined
}

export interface KeyPage<Key> {
  readonly items: readonly Key[]
  readonly next: string | null
}

/** The most that the server gives at once. */
const PAGE = 200

export const keyQuery = (owner: OwnerQuery, after: string | undefined): Readonly<Record<string, string | number | undefined>> => {
  const isAll = owner.user === undefined && owner.service === undefined
  return { ...(isAll ? { everyone: 'true' } : owner), after, limit: PAGE }
}
