import { Agent as PlainAgent, type ClientRequest, type IncomingMessage, request as requestPlain, type ServerResponse } from 'node:http'
import { Agent as SecureAgent, request as requestSecure } from 'node:https'
import { AuthError } from '../core/index.ts'
import { refuse } from './exchange.ts'
import { type Framing, framingLines, framingOf, passedBack } from './header.ts'
import type { Upstream } from './upstream.ts'

/** A request that is to go on, but for its credential. */
export interface Forwarding {
  readonly upstream: Upstream
  readonly path: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly framing: Framing
  /** Names and values by turns: what the browser sent and may be passed on, and what this backend says itself. */
  readonly lines: readonly string[]
  /** Of a request that is signed: the body was read to be signed. */
  readonly body: Uint8Array | undefined
  /** `Set-Cookie` of the answer. */
  readonly setCookie: string | undefined
}

/** What an answer is held back for: the credential was refused, and there may be a better one. */
export type RefusedByUpstream = { readonly refusal: IncomingMessage }

/** Connections to upstreams, kept open between requests. */
export class Connections {
  readonly #plain = new PlainAgent({ keepAlive: true, scheduling: 'lifo' })
  readonly #secure = new SecureAgent({ keepAlive: true, scheduling: 'lifo' })

  open({ upstream, path }: Pick<Forwarding, 'upstream' | 'path'>, method: string, headers: readonly string[]): ClientRequest {
    const { secure, hostname, port, timeoutMs } = upstream
    const place = { hostname, port: port === '' ? undefined : port, method, path, headers, timeout: timeoutMs }
    const outgoing = secure ? requestSecure({ ...place, agent: this.#secure }) : requestPlain({ ...place, agent: this.#plain })
    outgoing.once('timeout', () => void outgoing.destroy(new AuthError('upstream_timeout', { upstream: upstream.prefix })))
    return outgoing
  }

  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }
}

/** All that is sent before the body. */
export function headLines({ upstream, framing, lines, request: { method = 'GET' } }: Forwarding, credential: readonly string[]): string[] {
  return ['host', upstream.authority, ...lines, ...credential, ...framingLines(framing, method)]
}

/**
 * Sends a request on and its answer back, both as they come.
 *
 * @param mayHold Whether a 401 is to be handed over in place of being passed on.
 * @returns the 401; or `undefined`, when the answer has been given or was broken off.
 */
export function forward(
  forwarding: Forwarding,
  connections: Connections,
  credential: readonly string[],
  mayHold: (answer: IncomingMessage) => boolean,
): Promise<RefusedByUpstream | undefined> {
  const { request, response, upstream, framing, body, setCookie } = forwarding
  const method = request.method ?? 'GET'
  return new Promise((resolve) => {
    const headers = headLines(forwarding, credential)
    const isStreamed = body === undefined && framing.kind !== 'none'
    let outgoing: ClientRequest | undefined
    let isSettled = false
    const settle = (refusal?: RefusedByUpstream): void => {
      isSettled = true
      resolve(refusal)
    }
    const fail = (cause: unknown): void => {
      if (isSettled) return
      settle()
      request.unpipe()
      refuse(response, cause instanceof AuthError ? cause : unreachable(upstream, cause), setCookie)
      // What of the body has not come yet is not waited for.
      if (!request.complete) response.once('finish', () => void request.destroy())
    }
    const send = (again: boolean): void => {
      let sent: ClientRequest
      try {
        outgoing = sent = connections.open(forwarding, method, headers)
      } catch (cause) {
        // A line that HTTP cannot carry.
        fail(new AuthError('request_invalid', { reason: 'head' }, { cause: cause as Error }))
        return
      }
      // Listened to before anything is sent: what goes wrong at once is heard as well.
      sent.once('response', (answer) => {
        if (answer.statusCode === 401 && mayHold(answer)) {
          settle({ refusal: answer })
          return
        }
        settle()
        giveBack(answer, forwarding)
      })
      sent.on('error', (error) => {
        // A connection that was kept open, and closed by the upstream just then, as it may (RFC 9112 section 9.3.1).
        if (!isSettled && !again && sent.reusedSocket && !isStreamed && isRepeatable(method)) send(true)
        // What breaks off later, the answer says itself.
        else if (!isSettled) fail(error)
      })
      if (!isStreamed) sent.end(body)
    }
    send(false)
    if (isStreamed && outgoing !== undefined) sendBody(forwarding, outgoing, fail)
    response.once('close', () => {
      if (response.writableFinished) return
      outgoing?.destroy()
      if (!isSettled) settle()
    })
  })
}

const isRepeatable = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

function sendBody({ request, framing, upstream }: Forwarding, outgoing: ClientRequest, fail: (cause: unknown) => void): void {
  if (framing.kind === 'chunked') {
    let length = 0
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length
      if (length <= upstream.bodyLimitBytes) return
      fail(new AuthError('content_too_large'))
      outgoing.destroy()
    })
  }
  // Without its end the upstream has no request: a body that breaks off is never taken for a shorter one.
  request.once('aborted', () => void outgoing.destroy())
  request.pipe(outgoing)
}

export function giveBack(answer: IncomingMessage, { response, setCookie, request }: Forwarding): void {
  const lines = passedBack(answer.rawHeaders)
  if (setCookie !== undefined) lines.push('set-cookie', setCookie)
  response.writeHead(answer.statusCode ?? 502, lines)
  // Broken off by the upstream, or silent for too long: the browser must not take it for the whole.
  answer.once('error', () => void response.destroy())
  answer.once('aborted', () => void response.destroy())
  if (request.method === 'HEAD') {
    answer.resume()
    response.end()
    return
  }
  answer.pipe(response)
}

const unreachable = (upstream: Upstream, cause: unknown): AuthError =>
  new AuthError('upstream_unreachable', { upstream: upstream.prefix }, { cause })

/** How the body of a request is framed, and that it may be so long. @throws {AuthError} `request_invalid`, `content_too_large`. */
export function admittedFraming(request: IncomingMessage, { bodyLimitBytes }: Upstream): Framing {
  const framing = framingOf(request)
  if (framing.kind === 'length' && framing.length > bodyLimitBytes) throw new AuthError('content_too_large')
  return framing
}
