import type { Principal } from '../core/index.ts'
import { type Requirement, RouteRule, type Verifier } from '../verifier/index.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'

/** The part of Node's `ServerResponse` that a guard writes. */
export interface OutgoingResponse {
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
  const rule = new RouteRule(requirement)
  return async (request, response) => {
    try {
      const principal = verifier.check(presentedBy(request), rule)
      return principal instanceof Promise ? await principal : principal
    } catch (thrown) {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      response.writeHead(status, { ...headers })
      response.end(body)
      return undefined
    }
  }
}
