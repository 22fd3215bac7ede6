// Without this the compiler does not know the module that is augmented below.
import type {} from 'fastify'
import type { Principal } from '../core/index.ts'
import { type Requirement, statusAnswer, type Verifier } from '../verifier/index.ts'
import { answerHeaders } from './answer-header.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'

export type { CookieJar, CookieJarAttributes } from './cookie-jar.ts'
export { cookieJar } from './cookie-jar-fastify.ts'
export type { BegunRedirect, Callbacks, FinishedRedirect } from './callback.ts'
export { callbacks } from './callback-fastify.ts'
export { encryptedBodies, type EncryptedBodiesOptions, type FastifyEncryptedBodies } from './encrypted-fastify.ts'
export { type FastifyWebhook, webhooks } from './webhook-fastify.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling: set by `guard`, absent where no guard ran. */
    principal?: Principal
  }
}

export interface FastifyGuardRequest {
  readonly raw: IncomingRequest
  principal?: Principal
}

/** The part of Fastify's reply that a guard writes. */
export interface FastifyGuardReply {
  code(status: number): unknown
  headers(headers: Record<string, string>): unknown
  send(body: Uint8Array): unknown
}

export type FastifyGuard = (request: FastifyGuardRequest, reply: FastifyGuardReply, done: () => void) => void

/**
 * Guards a route of Fastify 5: `app.get('/orders', { preHandler: guard(verifier, { scope: 'orders:read' }) }, handler)`. The handler
 * finds the caller in `request.principal`. As `onRequest` it refuses before a body is read; where signed requests may have a body, it has to
 * be `onRequest`, since a signature speaks for the bytes and not for what they were parsed to.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): FastifyGuard {
  const rule = verifier.routeRule(requirement)
  return (request, reply, done) => {
    const refuse = (thrown: unknown): void => {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      reply.code(status)
      reply.headers({ ...headers })
      // As bytes, since Fastify would change the content type of a text.
      reply.send(new TextEncoder().encode(body))
    }
    const admit = (principal: Principal): void => {
      request.principal = principal
      const headers = answerHeaders(verifier, principal)
      if (headers !== undefined) reply.headers(headers)
      done()
    }
    let principal: Principal | Promise<Principal>
    try {
      principal = verifier.check(presentedBy(request.raw), rule)
    } catch (thrown) {
      refuse(thrown)
      return
    }
    if (principal instanceof Promise) void principal.then(admit, refuse)
    else admit(principal)
  }
}

/** Answers with a document, whatever was asked. */
export type FastifyStatusHandler = (request: unknown, reply: FastifyGuardReply) => void

/**
 * Tells how the verifier is: 200 as long as ordinary routes decide, 503 when it is stale.
 *
 * Does not authenticate its caller: put it behind a guard, or on an address that only operators reach.
 */
export function statusHandler(verifier: Verifier): FastifyStatusHandler {
  return (_request, reply) => {
    const { status, headers, body } = statusAnswer(verifier.status())
    reply.code(status)
    reply.headers({ ...headers })
    reply.send(new TextEncoder().encode(body))
  }
}
