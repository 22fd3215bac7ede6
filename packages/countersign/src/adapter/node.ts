import type { Principal } from '../core/index.ts'
import { type Requirement, statusAnswer, type Verifier } from '../verifier/index.ts'
import { answerHeaders } from './answer-header.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'

export { type CookieJar, cookieJar, type CookieJarAttributes } from './cookie-jar.ts'
export { type BegunRedirect, type Callbacks, callbacks, type FinishedRedirect } from './callback.ts'
export { encryptedBodies, type EncryptedBodiesOptions, type NodeEncryptedBodies } from './encrypted-node.ts'
export { type NodeWebhook, webhooks } from './webhook-node.ts'
export { sendSigned, type SignedAnswerOptions } from './signed-answer.ts'

/** The part of Node's `ServerResponse` that a guard writes. */
export interface OutgoingResponse {
  setHeader(name: string, value: string): unknown
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body: string): unknown
}

/** @returns who is calling, or `undefined` when the request was refused and has been answered. */
export type NodeGuard = (request: IncomingRequest, response: OutgoingResponse) => Promise<Principal | undefined>

/**
 * Guards a handler of `node:http`. Call it first thing in the handler, after routing, and stop when it returns `undefined`.
 *
 * Does not look at path or method, so no spelling of a path goes around it.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): NodeGuard {
  const rule = verifier.routeRule(requirement)
  return async (request, response) => {
    try {
      const evidence = verifier.check(presentedBy(request), rule)
      const principal = evidence instanceof Promise ? await evidence : evidence
      const headers = answerHeaders(verifier, principal)
      if (headers !== undefined) for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      return principal
    } catch (thrown) {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      response.writeHead(status, { ...headers })
      response.end(body)
      return undefined
    }
  }
}

/** Answers with a document, whatever was asked. */
export type NodeStatusHandler = (request: unknown, response: OutgoingResponse) => void

/**
 * Tells how the verifier is: 200 as long as ordinary routes decide, 503 when it is stale.
 *
 * Does not authenticate its caller: put it behind a guard, or on an address that only operators reach.
 */
export function statusHandler(verifier: Verifier): NodeStatusHandler {
  return (_request, response) => {
    const { status, headers, body } = statusAnswer(verifier.status())
    response.writeHead(status, { ...headers })
    response.end(body)
  }
}
