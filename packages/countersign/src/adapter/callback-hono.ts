import type { CallbackStates } from '../cookie/index.ts'
import { type Callbacks, callbacksOf } from './callback.ts'
import { type HonoCookieContext, honoCookies } from './cookie-jar-hono.ts'

/** Redirects that come back, on Hono. Request and answer are both the context. */
export const callbacks = (states: CallbackStates): Callbacks<HonoCookieContext, HonoCookieContext> => callbacksOf(states, honoCookies)
