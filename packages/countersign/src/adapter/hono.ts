// Without this the compiler does not know the module that is augmented below.
import type {} from 'hono'
import type { Principal } from '../core/index.ts'
import { type ArrivedRequest, type PresentedCredentials, type Requirement, statusAnswer, type Verifier } from '../verifier/index.ts'
import { answerHeaders } from './answer-header.ts'
import { arrivalOf } from './hono-arrival.ts'
export { type SignedAnswerOptions, signedResponse } from './signed-answer.ts'

export type { CookieJar, CookieJarAttributes } from './cookie-jar.ts'
export { cookieJar } from './cookie-jar-hono.ts'
export type { BegunRedirect, Callbacks, FinishedRedirect } from './callback.ts'
export { callbacks } from './callback-hono.ts'
export { encryptedBodies, type EncryptedBodiesOptions, type HonoEncryptedBodies, type HonoExchange } from './encrypted-hono.ts'
export { type HonoWebhook, webhooks } from './webhook-hono.ts'
export { arrivalOf } from './hono-arrival.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Who is calling: set by `guard`. */
    principal: Principal
  }
}

/** The part of Hono's context that a guard reads and writes. */
export interface HonoContext {
  readonly req: {
    readonly method: string
    readonly url: string
    readonly raw: Request
    header(name: string): string | undefined
  }
  /** Of `@hono/node-server`: the request as Node has it. */
  readonly env?: unknown
  set(name: 'principal', value: Principal): void
  /** Sets a header of the answer that the handler will give. */
  header(name: string, value: string): void
}

export type HonoGuard = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * Guards a route of Hono: `app.get('/orders', guard(verifier, { scope: 'orders:read' }), handler)`. The handler finds the caller in
 * `c.get('principal')`. Needs nothing but fetch-standard requests, so it runs wherever Hono does.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): HonoGuard {
  const rule = verifier.routeRule(requirement)
  return async (context, next) => {
    let known: Principal
    try {
      const principal = verifier.check(presentedBy(context), rule)
      context.set('principal', (known = principal instanceof Promise ? await principal : principal))
    } catch (thrown) {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      return new Response(body, { status, headers })
    }
    const headers = answerHeaders(verifier, known)
    await next()
    // Afterwards, since a handler may answer with a response that knows nothing of the context.
    if (headers !== undefined) for (const [name, value] of Object.entries(headers)) context.header(name, value)
    return undefined
  }
}

/**
 * Tells how the verifier is: 200 as long as ordinary routes decide, 503 when it is stale.
 *
 * Does not authenticate its caller: put it behind a guard, or on an address that only operators reach.
 */
export function statusHandler(verifier: Verifier): () => Response {
  return () => {
    const { status, headers, body } = statusAnswer(verifier.status())
    return new Response(body, { status, headers })
  }
}

/** Fetch-standard headers have joined repeated ones already, as `incoming.ts` does. */
function presentedBy(context: HonoContext): PresentedCredentials {
  const { req } = context
  return {
    authorization: req.header('authorization'),
    cookie: req.header('cookie'),
    method: req.method,
    secFetchSite: req.header('sec-fetch-site'),
    origin: req.header('origin'),
    host: req.header('host'),
    csrfToken: req.header('x-csrf-token'),
    encrypted: req.url.startsWith('https:'),
    get arrival(): ArrivedRequest {
      return arrivalOf(req.raw, context.env)
    },
  }
}
