import type { Principal, RefusalCode } from '../core/index.ts'
import type { ArrivedRequest } from './credential.ts'
import type { RouteRule } from './requirement.ts'

/**
 * What became of a caller who is known, on a route that asks something of its callers. Ids and names alone: no credential, no query, no body.
 * Whoever is not known is not decided upon, see `onRefusal`.
 */
export interface Decision {
  readonly allowed: boolean
  /** Why not. `internal`: the route's own function failed, which denies. */
  readonly code: RefusalCode | undefined
  readonly subject: string
  readonly client: string
  readonly session: string | undefined
  readonly tokenId: string
  readonly method: string | undefined
  /** Without its query, which may hold a secret. */
  readonly path: string | undefined
  /** What the route asks. */
  readonly scope: readonly string[]
  readonly role: string | undefined
}

export type DecisionListener = (decision: Decision) => void

/** Longer ones are cut: what strangers send goes into a log. */
const MAXIMUM_PATH = 256

export function decisionOf(
  { subject, client, session, tokenId }: Principal,
  { scope, role }: RouteRule,
  { arrival, code }: { readonly arrival: ArrivedRequest | undefined; readonly code: RefusalCode | undefined },
): Decision {
  const path = arrival?.target.split('?', 1)[0]?.slice(0, MAXIMUM_PATH)
  return { allowed: code === undefined, code, subject, client, session, tokenId, method: arrival?.method, path, scope, role }
}
