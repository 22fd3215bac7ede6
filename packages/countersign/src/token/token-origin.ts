import { claimInvalid, requireId, requireObject, requireObjects, requireTexts } from './claim.ts'

/** A token that another one was exchanged for (RFC 8693): all that can revoke it, so that it takes the other one along. */
export interface TokenOrigin {
  readonly jti: string
  readonly client_id: string
  /** Of the key that it was signed with. */
  readonly kid: string
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
}

/** How often a token may be exchanged on. */
export const MAX_EXCHANGES = 4

/** RFC 8693 section 4.1: who acts, and who did before. @throws {AuthError} `token_invalid`. */
export function requireActor(claim: unknown): void {
  let actor: unknown = claim
  for (let depth = 0; actor !== undefined; depth++) {
    if (depth === MAX_EXCHANGES) throw claimInvalid('act')
    requireObject(actor, 'act')
    const { sub, act } = actor as { readonly sub?: unknown; readonly act?: unknown } // `requireObject` has looked
    requireId(sub, 'act')
    actor = act
  }
}

/** @throws {AuthError} `token_invalid`. */
export function requireOrigins(claim: unknown): void {
  for (const { jti, client_id, kid, roles, groups } of requireObjects(claim, 'origin', MAX_EXCHANGES)) {
    for (const id of [jti, client_id, kid]) requireId(id, 'origin')
    for (const names of [roles, groups]) if (names !== undefined) requireTexts(names, 'origin')
  }
}

/** Who acts, the one who presents the token first. */
export function actorsOf({ act }: { readonly act?: Readonly<Record<string, unknown>> | undefined }): readonly string[] {
  const actors: string[] = []
  for (let actor = act; actor !== undefined; actor = actor['act'] as typeof act) actors.push(actor['sub'] as string) // `requireActor` has looked
  return actors
}
