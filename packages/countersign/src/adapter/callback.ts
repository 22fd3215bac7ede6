import type { CallbackBegun, CallbackFinished, CallbackRequest, CallbackStates } from '../cookie/index.ts'
import { type CookieRequest, type CookieResponse, type CookieWay, nodeCookies } from './cookie-jar.ts'

/** What a redirect carries. Its cookie has been set. */
export type BegunRedirect = Omit<CallbackBegun, 'setCookie'>
/** What was begun. Its cookie has been taken away. */
export type FinishedRedirect = Omit<CallbackFinished, 'clearCookie'>

/** Callback states behind a framework: the cookies are set and taken away. */
export interface Callbacks<Incoming, Outgoing> {
  /** @throws {TypeError} `returnTo` leads elsewhere. */
  begin(response: Outgoing, request: CallbackRequest): BegunRedirect
  /** @throws {AuthError} `callback_invalid`. */
  finish(
    request: Incoming,
    response: Outgoing,
    answer: { readonly party: string; readonly state: string | undefined },
  ): Promise<FinishedRedirect>
}

export function callbacksOf<Incoming, Outgoing>(
  states: CallbackStates,
  { header, append }: CookieWay<Incoming, Outgoing>,
): Callbacks<Incoming, Outgoing> {
  return Object.freeze({
    begin(response: Outgoing, request: CallbackRequest): BegunRedirect {
      const { setCookie, ...begun } = states.begin(request)
      append(response, setCookie)
      return begun
    },
    async finish(request: Incoming, response: Outgoing, { party, state }: { readonly party: string; readonly state: string | undefined }) {
      const { clearCookie, ...finished } = await states.finish(party, state, header(request))
      append(response, clearCookie)
      return finished
    },
  })
}

/** Redirects that come back, on `node:http` and Express. */
export const callbacks = (states: CallbackStates): Callbacks<CookieRequest, CookieResponse> => callbacksOf(states, nodeCookies)
