import type { Caller } from '../caller.ts'
import type { Services } from '../services.ts'
import { transportOf } from './signed-in.ts'

interface SignedOut {
  readonly request: Request
  readonly caller: Caller
  /** Sessions that have just ended. */
  readonly ended: readonly string[]
}

/** Takes the cookies from the browser that has ended its own session. Only then: any other answer could come after a newer sign-in. */
export function forgetCookies(
  response: Response,
  { request, caller, ended }: SignedOut,
  services: Pick<Services, 'sessionCookies'>,
): Response {
  const own = caller.kind === 'principal' ? caller.principal.session : undefined
  const isOwn = own !== undefined && ended.includes(own)
  if (isOwn && transportOf(request, services) === 'cookie') services.sessionCookies.clear(response.headers)
  return response
}
