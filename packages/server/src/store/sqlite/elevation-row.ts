import type { Elevation } from '../../session/elevation-store.ts'
import type { ElevatedRole } from '../../session/session-store.ts'

export interface ElevationRow {
  readonly id: string
  readonly user_id: string
  readonly role: string
  readonly reason: string
  readonly started_by: string | null
  readonly started_at: number
  readonly ends_at: number
  readonly ended_at: number | null
  readonly ended_by: string | null
}

export const elevationColumns: readonly (keyof ElevationRow)[] = [
  ...(['id', 'user_id', 'role', 'reason', 'started_by', 'started_at', 'ends_at', 'ended_at', 'ended_by'] as const),
]

export const elevationOf = (row: ElevationRow): Elevation => ({
  id: row.id,
  user: row.user_id,
  role: row.role,
  reason: row.reason,
  startedBy: row.started_by ?? undefined,
  startedAt: row.started_at,
  endsAt: row.ends_at,
  endedAt: row.ended_at ?? undefined,
  endedBy: row.ended_by ?? undefined,
})

/** In the order of `elevationColumns`. */
export const elevationValues = (elevation: Elevation): readonly (string | number | null)[] => [
  elevation.id,
  elevation.user,
  elevation.role,
  elevation.reason,
  elevation.startedBy ?? null,
  elevation.startedAt,
  elevation.endsAt,
  elevation.endedAt ?? null,
  elevation.endedBy ?? null,
]

/** Of one that stands: its end was not noted. */
export interface ElevatedRoleRow {
  readonly role: string
  readonly ends_at: number
}

export const elevatedRoleOf = ({ role, ends_at: endsAt }: ElevatedRoleRow): ElevatedRole => ({ role, endsAt })
