import type { FreshnessReport } from '../revocation/index.ts'
import type { VerifierStatus } from './verifier.ts'

/** Header of answers that were given while the verifier was not fresh. */
export const FRESHNESS_HEADER = 'Countersign-Freshness'

/** The value of that header: an item of RFC 9651, the state, with the age of what is known in whole seconds. */
export function freshnessItem({ state, ageMs }: FreshnessReport): string {
  return Number.isFinite(ageMs) ? `${state}; age=${Math.floor(ageMs / 1000)}` : state
}

/** How a verifier is, as HTTP says it. */
export interface StatusAnswer {
  readonly status: 200 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** 200 as long as ordinary routes decide, 503 when the verifier is stale. */
export function statusAnswer({ issuer, state, ageMs, position, reason }: VerifierStatus): StatusAnswer {
  const age = Number.isFinite(ageMs) ? Math.floor(ageMs / 1000) : null
  const body = JSON.stringify({ issuer, state, age_seconds: age, position, reason: reason ?? null })
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: state === 'stale' ? 503 : 200, headers, body }
}
