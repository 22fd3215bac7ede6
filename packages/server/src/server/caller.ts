import { AuthError, type Principal } from 'countersign/core'
import { ADMINISTRATOR } from '../account/index.ts'
import type { LivingAccessKey } from '../credential/index.ts'
import type { ServiceCredential } from '../credential/service-credential-store.ts'

/** Who calls, as far as the route asked. `local`: the administrator of this machine, through the local socket or in process. */
export type Caller =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'local' }
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'service'; readonly service: ServiceCredential }
  /** Showed the secret of a key, to exchange it. */
  | { readonly kind: 'access_key'; readonly key: LivingAccessKey }

/** The role that operators have. */
export const isOperator = (caller: Caller): boolean =>
  caller.kind === 'local' || (caller.kind === 'principal' && caller.principal.roles.includes(ADMINISTRATOR))

/** The person who is signed in. @throws {AuthError} `credential_missing` for the machine's administrator, who is nobody in particular. */
export function signedInUser(caller: Caller): { readonly user: string; readonly session: string | undefined } {
  if (caller.kind !== 'principal' || caller.principal.user === undefined) throw new AuthError('credential_missing')
  return { user: caller.principal.user, session: caller.principal.session }
}

/** The session that a sign-out is about. @throws {AuthError} `credential_missing`. */
export function ownSession(caller: Caller): { readonly user: string; readonly session: string } {
  const { user, session } = signedInUser(caller)
  if (session === undefined) throw new AuthError('credential_missing')
  return { user, session }
}

/** Who gives and takes, for the log; undefined for the machine's administrator. */
export const operatorName = (caller: Caller): string | undefined =>
  caller.kind === 'principal' ? (caller.principal.user ?? caller.principal.subject) : undefined

/** The name of whoever may ask about tokens; the machine's administrator has none. */
export function inspectorName(caller: Caller): string | undefined {
  if (caller.kind === 'service') return caller.service.id
  return caller.kind === 'principal' ? caller.principal.subject : undefined
}

/** The service, or the access key, that exchanges a token. @throws {AuthError} `credential_missing`. */
export function exchangingClient(caller: Caller): string {
  if (caller.kind === 'service') return caller.service.id
  if (caller.kind === 'access_key') return caller.key.key.id
  if (caller.kind === 'principal' && caller.principal.methods.includes('signature')) return caller.principal.client
  throw new AuthError('credential_missing')
}

/** @throws {AuthError} `credential_missing`. */
export function callingService(caller: Caller): ServiceCredential {
  if (caller.kind !== 'service') throw new AuthError('credential_missing')
  return caller.service
}
