import { AuthError, type Principal } from '../core/index.ts'
import type { ArrivedRequest } from './credential.ts'

/** Whether a proven caller may do what this request asks. `true` allows; everything else does not. */
export type AllowFunction = (principal: Principal, request: ArrivedRequest) => boolean | Promise<boolean>

/** Decides elsewhere: an engine of policies, in this process or another. Its own time-out is its own affair; what it throws denies. */
export interface PolicyEngine {
  /** As `AllowFunction`. */
  decide(principal: Principal, request: ArrivedRequest): boolean | Promise<boolean>
}

/** What a route asks beyond scope and role. */
export type AllowRule = AllowFunction | PolicyEngine

/** One form for both, checked when the route is made. @throws {TypeError}. */
export function parseAllow(allow: unknown): AllowFunction | undefined {
  if (allow === undefined) return undefined
  if (typeof allow === 'function') return allow as AllowFunction // what it answers is looked at each time
  const isEngine = typeof allow === 'object' && allow !== null && 'decide' in allow && typeof allow.decide === 'function'
  if (!isEngine) throw new TypeError('allow must be a function, or an engine with decide()')
  const engine = allow as PolicyEngine // checked in the line before
  return (principal, request) => engine.decide(principal, request)
}

/**
 * Asks the route's own function. Nothing but `true` allows, so that neither a forgotten `await` nor a forgotten `return` opens the route.
 *
 * @throws {AuthError} `not_allowed`; whatever the function throws denies as well.
 */
export function requireAllowed(
  allow: AllowFunction,
  principal: Principal,
  request: ArrivedRequest | undefined,
): Principal | Promise<Principal> {
  if (request === undefined)
    throw new TypeError('the route asks a function about the request, which was not given: see PresentedCredentials.arrival')
  const answer: unknown = allow(principal, request)
  return answer instanceof Promise ? answer.then((later: unknown) => admitted(later, principal)) : admitted(answer, principal)
}

function admitted(answer: unknown, principal: Principal): Principal {
  if (answer !== true) throw new AuthError('not_allowed', { client: principal.client })
  return principal
}
