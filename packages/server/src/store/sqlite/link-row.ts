import type { LinkKind, StandingLink } from '../../account/link/link.ts'
import type { NewLink, TriedLink } from '../../account/link/link-store.ts'
import { emailKey, searchTextOf } from './user-row.ts'

/** A link beside what its user is now. */
export interface LinkRow {
  readonly hash: string
  readonly kind: LinkKind
  readonly user_id: string
  readonly email: string
  readonly generation: number
  readonly code_hash: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly former_email: string
  readonly name: string | null
  readonly email_verified_at: number | null
}

/** The columns of a `LinkRow`, from a link `l` and its user `u`. */
export const linkColumns =
  'l.hash, l.kind, l.user_id, l.email, l.generation, l.code_hash, l.created_at, l.expires_at, u.email AS former_email, u.name, u.email_verified_at'

/** What a link needs to stand, but for its end: the account as it was when the link was made. A link of `not_me` stands whatever has changed. */
export const linkStands = `u.status = 'active'
  AND (l.kind IN ('email_verification', 'not_me') OR l.generation = u.password_generation)
  AND (l.kind IN ('email_change', 'not_me') OR l.email_key = u.email_key)`

export const standingLinkOf = ({ kind, user_id: user, email, generation, expires_at: expiresAt }: LinkRow): StandingLink => ({
  kind,
  user,
  email,
  generation,
  expiresAt,
})

export const triedLinkOf = (row: LinkRow): TriedLink => ({ ...standingLinkOf(row), hash: row.hash, codeHash: row.code_hash ?? undefined })

/** In the order of the parameters of both databases: what is undefined is taken from the account. */
export const newLinkValues = ({ hash, kind, user, email, code, createdAt, expiresAt }: NewLink): readonly (string | number | null)[] => [
  hash,
  kind,
  user,
  email ?? null,
  email === undefined ? null : emailKey(email),
  code?.hash ?? null,
  code?.request ?? null,
  createdAt,
  expiresAt,
]

/** The columns of the user that hold an address, in the order of the parameters. */
export const addressValues = (email: string, name: string | null): readonly [email: string, key: string, searchText: string] => [
  email,
  emailKey(email),
  searchTextOf(email, name ?? undefined),
]
