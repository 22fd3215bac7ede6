import type { Principal } from '../core/index.ts'
import type { Requirement, Verifier } from '../verifier/index.ts'
import { answerHeaders } from './answer-header.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'
import type { OutgoingResponse } from './node.ts'

export { type CookieJar, cookieJar, type CookieJarAttributes } from './cookie-jar.ts'
export { type BegunRedirect, type Callbacks, callbacks, type FinishedRedirect } from './callback.ts'
export { encryptedBodies, type EncryptedBodiesOptions, type ExpressEncryptedBodies } from './encrypted-express.ts'
export { type ExpressWebhook, webhooks } from './webhook-express.ts'
export { type NodeStatusHandler, statusHandler } from './node.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling: set by `guard`, absent where no guard ran. */
      principal?: Principal
    }
  }
}

export interface ExpressRequest extends IncomingRequest {
  principal?: Principal
}

export type ExpressGuard = (request: ExpressRequest, response: OutgoingResponse, next: () => void) => void

/**
 * Guards a route of Express 5: `app.get('/orders', guard(verifier, { scope: 'orders:read' }), handler)`. The handler finds the
 * caller in `request.principal`.
 *
 * Put it on the route or router itself: a guard that is mounted on a path of its own protects what that path matches, not what
 * the handler's path matches.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): ExpressGuard {
  const rule = verifier.routeRule(requirement)
  return (request, response, next) => {
    const refuse = (thrown: unknown): void => {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      response.writeHead(status, { ...headers })
      response.end(body)
    }
    const admit = (principal: Principal): void => {
      request.principal = principal
      const headers = answerHeaders(verifier, principal)
      if (headers !== undefined) for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      next()
    }
    let principal: Principal | Promise<Principal>
    try {
      principal = verifier.check(presentedBy(request), rule)
    } catch (thrown) {
      refuse(thrown)
      return
    }
    // What a later handler throws is Express's business and must not look like a refusal: so `next` runs outside of `try`.
    if (principal instanceof Promise) void principal.then(admit, refuse)
    else admit(principal)
  }
}
