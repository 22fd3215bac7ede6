import { send } from './request.ts'

export interface Target {
  readonly kind: string
  /** Of `everyone`, and of this server itself, there is none. */
  readonly id?: string
}

/** Times in milliseconds since 1970, all of them. */
export interface Revocation {
  readonly position: number
  readonly at: number
  /** `cutoff`, `keyset`, `credential` or `epoch`. */
  readonly kind: string
  readonly target: Target
  readonly mode: string
  readonly expires_at: number
  /** A token that it kills can still be there. */
  readonly live: boolean
  /** What wrote it; null of what nobody did. */
  readonly operation: string | null
  readonly reason: string | null
  readonly actor: { readonly kind: string; readonly id: string | null; readonly by: string | null } | null
  /** Until verifiers refused it, at most. */
  readonly propagation?: { readonly verifiers: number; readonly median_ms: number; readonly slowest_ms: number }
}

export interface LogHead {
  readonly position: number
  readonly at: number | null
}

export interface RevocationSummary {
  readonly head: LogHead
  /** Entries that verifiers keep. */
  readonly live_cutoffs: number
  /** So long an entry is kept. */
  readonly longest_token_seconds: number
  readonly since: number
  /** Since then, of those that are kept. */
  readonly entries: number
  /** Refresh tokens in two hands, since then. */
  readonly thefts: number
  readonly kept_since: number | null
  /** There were more than could be counted. */
  readonly at_least: boolean
}

export interface Preview {
  readonly target: Target
  readonly mode: string
  readonly effect: string
  readonly sessions: number
  readonly people: number
  readonly grants: number
  /** Sessions that go on, with new access tokens; null where only the tokens say whom it covers. */
  readonly sessions_renewed: number | null
  readonly sign_in_again: boolean
  readonly access_tokens_until: number
  readonly at_least: boolean
}

export interface RevocationRequest {
  readonly target: Target
  readonly mode?: string
  readonly reason?: string
}

interface Figures {
  readonly median_ms: number | null
  readonly p99_ms: number | null
  readonly slowest_ms: number | null
  readonly samples: number
  readonly entries: number
}

/** From acknowledgement to refusal, by what verifiers have told: upper bounds, in milliseconds. */
export interface Propagation extends Figures {
  readonly since: number
  readonly minutes: readonly (Figures & { readonly at: number })[]
}

export interface RevocationPage {
  readonly items: readonly Revocation[]
  readonly next: string | null
}

const PATH = '/v1/revocations'
const PAGE = 50

/** Newest first. @param kind Of the target; undefined: any. */
export async function listRevocations(kind: string | undefined, before: string | undefined, signal: AbortSignal): Promise<RevocationPage> {
  const query = { limit: PAGE, kind, before }
  const { revocations, next } = await send<{ revocations: readonly Revocation[]; next: string | null }>('GET', PATH, { query, signal })
  return { items: revocations, next }
}

export const readSummary = (since: number, signal: AbortSignal): Promise<RevocationSummary> =>
  send<RevocationSummary>('GET', `${PATH}/summary`, { query: { since }, signal })

export const previewRevocation = (body: RevocationRequest, signal: AbortSignal): Promise<Preview> =>
  send<Preview>('POST', `${PATH}/preview`, { body, signal })

export const revoke = (body: RevocationRequest): Promise<{ readonly position: number; readonly at: number }> => send('POST', PATH, { body })

export const readPropagation = (minutes: number, signal: AbortSignal): Promise<Propagation> =>
  send<Propagation>('GET', '/v1/verifiers/propagation', { query: { minutes }, signal })
