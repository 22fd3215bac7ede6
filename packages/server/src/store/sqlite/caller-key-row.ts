import type { Position } from 'countersign/revocation'
import type { CallerKey, CallerKeyIssuance, CallerKeyKind, CallerKeyOwner, CallerKeySettings } from '../../credential/caller-key.ts'
import type { StoredScopes } from '../../credential/role-scopes.ts'
import { parseList } from './list.ts'

export interface CallerKeyRow {
  readonly id: string
  readonly kind: CallerKeyKind
  readonly owner_kind: CallerKeyOwner['kind']
  readonly owner_id: string
  readonly settings: string
  readonly material: string
  readonly session_id: string | null
  readonly parent: string | null
  readonly successor: string | null
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
}

/** A key beside its owner and the head of the log. */
export interface CallerKeyIssuanceRow extends CallerKeyRow {
  readonly rev: Position
  readonly roles: string
  readonly groups: string
}

export const callerKeyColumns: readonly string[] = [
  'id',
  'kind',
  'owner_kind',
  'owner_id',
  'settings',
  'material',
  'session_id',
  'parent',
  'successor',
  'created_at',
  'expires_at',
]

export const callerKeyOf = (row: CallerKeyRow): CallerKey => ({
  id: row.id,
  kind: row.kind,
  owner: { kind: row.owner_kind, id: row.owner_id },
  settings: parseSettings(row.settings),
  material: row.material,
  session: row.session_id ?? undefined,
  parent: row.parent ?? undefined,
  successor: row.successor ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
})

export const callerKeyIssuanceOf = (row: CallerKeyIssuanceRow, storedScopes: StoredScopes | undefined): CallerKeyIssuance => ({
  rev: row.rev,
  key: callerKeyOf(row),
  subject: { id: row.owner_id, roles: parseList(row.roles), groups: parseList(row.groups) },
  ...(storedScopes === undefined ? {} : { storedScopes }),
})

/** In the order of `callerKeyColumns`. */
export const callerKeyValues = (key: CallerKey): readonly (string | number | null)[] => [
  key.id,
  key.kind,
  key.owner.kind,
  key.owner.id,
  formatSettings(key.settings),
  key.material,
  key.session ?? null,
  key.parent ?? null,
  key.successor ?? null,
  key.createdAt,
  key.expiresAt ?? null,
]

export const formatSettings = (settings: CallerKeySettings): string => JSON.stringify(settings)

/** Nothing but `formatSettings` writes these columns, so the cast holds. JSON leaves out what is undefined. */
function parseSettings(json: string): CallerKeySettings {
  const { roles, windowSeconds, ...always } = JSON.parse(json) as CallerKeySettings
  return { ...always, roles, windowSeconds }
}
