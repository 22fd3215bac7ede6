import type { EpochMs } from 'countersign/core'
import type { CallerKey } from '../credential/caller-key.ts'
import type { Append } from './append.ts'

/** So many keys and applications are named one by one. Beyond that all tokens of ours are renewed, which costs the log one entry. */
const MAXIMUM_NAMED = 1_000
/** One more than are named. */
export const NAMED_AT_ONCE: number = MAXIMUM_NAMED + 1

/** What a role brings now and did not before, or the other way round. */
export function changedScopes(before: readonly string[], after: readonly string[]): readonly string[] {
  return [...after.filter((scope) => !before.includes(scope)), ...before.filter((scope) => !after.includes(scope))]
}

/**
 * What makes a changed role hold at once. Sessions and whatever else names the role in its tokens die by the role.
 *
 * @param clients Keys and applications that live by it without naming it, `NAMED_AT_ONCE` of them at most.
 */
export function cutOffsOf(role: string, clients: readonly string[], at: EpochMs): readonly Append[] {
  const ends = { kind: 'cutoff', mode: 'soft', at, cause: { reason: 'role_changed' } } as const
  const ofRole: Append = { ...ends, target: { kind: 'role', id: role } }
  if (clients.length > MAXIMUM_NAMED) return [ofRole, { ...ends, target: { kind: 'issuer', id: '' } }]
  return [ofRole, ...clients.map((id): Append => ({ ...ends, target: { kind: 'client', id } }))]
}

/** A key has a scope by a role of its owner, and does not name the role: what is held of it must be asked for again. */
export function livesBy({ settings, parent }: CallerKey, role: string, scopes: readonly string[]): boolean {
  const { roles, scope } = settings
  // What was made with another key names no more roles than that one.
  const isNamed = parent === undefined && (roles === undefined || roles.includes(role))
  return !isNamed && scope.some((each) => scopes.includes(each))
}
