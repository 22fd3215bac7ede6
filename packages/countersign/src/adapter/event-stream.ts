import type { AuthError, Principal } from '../core/index.ts'
import type { Requirement, Verifier, Watch } from '../verifier/index.ts'
import { farewells } from './farewells.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'
// What Express's requests gain, they gain here as well.
import type {} from './express.ts'
import type { OutgoingResponse } from './node.ts'

export interface StreamRequest extends IncomingRequest {
  principal?: Principal
}

/** The part of Node's `ServerResponse` that the guard of a stream needs. */
export interface StreamResponse extends OutgoingResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  on(event: 'close' | 'error', listener: () => void): unknown
  write(...values: unknown[]): boolean
  destroy(): unknown
}

/** @returns who is calling, or `undefined` when the request was refused and has been answered. */
export type EventStreamGuard = (request: StreamRequest, response: StreamResponse, next?: () => void) => Promise<Principal | undefined>

/**
 * Guards a stream of server-sent events, for as long as it lasts: in a handler of `node:http` as `guard` of `countersign/node`, in Express
 * as `app.get('/events', guardEventStream(verifier), handler)`.
 *
 * When the credential ends, so does the response: with a last event `countersign.ended`, whose data is `{"code":"token_revoked"}` or another
 * code of a refusal. A stream has no way back, so there is no renewal: the client reconnects with its new token.
 *
 * Does not write the head of the response, and knows nothing of what else is written.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guardEventStream(verifier: Verifier, requirement: Requirement = {}): EventStreamGuard {
  const rule = verifier.routeRule(requirement)
  return async (request, response, next) => {
    let watch: Watch
    try {
      watch = await verifier.watch(presentedBy(request), rule, (reason) => endStream(response, reason))
      if (watch.over !== undefined) return undefined
    } catch (thrown) {
      const { status, headers, body } = verifier.refuse(thrown, rule)
      response.writeHead(status, { ...headers })
      response.end(body)
      return undefined
    }
    response.on('close', () => watch.close())
    // It may have been closed while nobody listened.
    if (response.destroyed) watch.close()
    request.principal = watch.principal
    next?.()
    return watch.principal
  }
}

function endStream(response: StreamResponse, { code }: AuthError): void {
  // Whatever the handler still writes comes too late, which must not be the end of this process.
  response.on('error', () => undefined)
  if (!response.headersSent) {
    // The handler is about to write a head: to answer in its place would make it fail.
    response.destroy()
    return
  }
  const { end } = response
  response.write = () => false
  response.end = () => response
  // An empty line ends whatever event was being written.
  const last = `\n\nevent: countersign.ended\ndata: ${JSON.stringify({ code })}\n\n`
  farewells.say(() => Reflect.apply(end, response, [last]))
}
