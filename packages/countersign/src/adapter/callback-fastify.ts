import type { CallbackStates } from '../cookie/index.ts'
import { type Callbacks, callbacksOf } from './callback.ts'
import type { CookieRequest } from './cookie-jar.ts'
import { type FastifyCookieReply, fastifyCookies } from './cookie-jar-fastify.ts'

/** Redirects that come back, on Fastify. */
export const callbacks = (states: CallbackStates): Callbacks<CookieRequest, FastifyCookieReply> => callbacksOf(states, fastifyCookies)
