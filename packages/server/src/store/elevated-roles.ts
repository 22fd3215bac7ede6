import type { EpochMs } from 'countersign/core'
import type { ElevatedRole } from '../session/session-store.ts'

/** What the tokens of a person name at a moment. @param standing Their elevations whose end nobody has noted. */
export function elevatedRoles(lasting: readonly string[], standing: readonly ElevatedRole[], at: EpochMs): readonly string[] {
  return [...new Set([...lasting, ...standing.filter(({ endsAt }) => endsAt > at).map(({ role }) => role)])]
}
