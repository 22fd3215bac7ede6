import type { IncomingMessage, ServerResponse } from 'node:http'

type Handle = (request: IncomingMessage, response: ServerResponse) => boolean

export type ExpressHandler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/** Express 5, and whatever else hands `node:http` on. */
export const expressHandler =
  (handle: Handle): ExpressHandler =>
  (request, response, next) => {
    if (!handle(request, response)) next()
  }

export type FastifyHook = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse; hijack(): unknown },
  done: () => void,
) => void

/** Fastify 5. As `onRequest` it comes before routes, and before anybody has read a body. */
export const fastifyHook =
  (handle: Handle): FastifyHook =>
  ({ raw }, reply, done) => {
    if (handle(raw, reply.raw)) reply.hijack()
    else done()
  }

export type HonoHandler = (context: { readonly env: unknown }, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * By this name Hono's server is told that somebody else answers. Made once and early, since that server replaces `Response` by one of its own, of which it
 * does not look at the headers.
 */
const alreadySent = new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

/** Hono on `@hono/node-server`, which lets the request and the answer of Node through. */
export const honoHandler =
  (handle: Handle): HonoHandler =>
  async ({ env }, next) => {
    const { incoming, outgoing } = nodeOf(env)
    if (handle(incoming, outgoing)) return alreadySent
    await next()
    return undefined
  }

/** @throws {TypeError} Another runtime. */
function nodeOf(env: unknown): { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse } {
  if (typeof env === 'object' && env !== null && 'incoming' in env && 'outgoing' in env) {
    return env as { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }
  }
  throw new TypeError('the token handler forwards streams of Node: serve the application with @hono/node-server')
}
