import type { SigV4Provider } from './provider.ts'

/** What a signing key is good for: one day, one region, one service, one dialect. */
export interface CredentialScope {
  /** `20261122`, in UTC. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly provider: SigV4Provider
}

/** `20261122/local/api/csgn4_request`: as it stands in a credential and in the string to sign. */
export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${placeText(scope)}`
}

/** A scope without its day. */
export type ScopePlace = Omit<CredentialScope, 'date'>

/** `local/api/csgn4_request`. */
export function placeText({ region, service, provider }: ScopePlace): string {
  return `${region}/${service}/${provider.terminator}`
}
