import { AuthError } from '../core/index.ts'
import type { ArrivedRequest } from '../verifier/index.ts'
import { IncomingArrival } from './incoming-arrival.ts'
import type { IncomingRequest } from './incoming.ts'

/**
 * A fetch-standard request. On Node the server hands the original on beside it: what was on the request line is taken from that, since a URL
 * has been normalised. The body is read from a copy.
 *
 * @param bindings Hono's `c.env`.
 */
export function arrivalOf(request: Request, bindings: unknown): ArrivedRequest {
  const incoming = incomingOf(bindings)
  const line = incoming === undefined ? new FetchedHead(request) : new IncomingArrival(incoming)
  return {
    method: request.method,
    target: line.target,
    encrypted: line.encrypted,
    peer: line.peer,
    get certificate(): Uint8Array | undefined {
      return line.certificate
    },
    identity: request,
    values: (name) => line.values(name),
    names: () => line.names(),
    body: (limitBytes) => copiedBody(request, limitBytes),
  }
}

/** What `@hono/node-server` puts into the environment. */
function incomingOf(bindings: unknown): IncomingRequest | undefined {
  if (typeof bindings !== 'object' || bindings === null || !('incoming' in bindings)) return undefined
  const { incoming } = bindings
  const isRequest = typeof incoming === 'object' && incoming !== null && 'rawHeaders' in incoming && 'socket' in incoming
  return isRequest && Array.isArray(incoming.rawHeaders) ? (incoming as IncomingRequest) : undefined
}

/** All that a fetch-standard request tells: of whom it comes, nothing. */
class FetchedHead {
  readonly peer = undefined
  readonly certificate = undefined
  readonly #request: Request

  constructor(request: Request) {
    this.#request = request
  }

  get target(): string {
    const { url } = this.#request
    const start = url.indexOf('/', url.indexOf('://') + '://'.length)
    const end = url.indexOf('#')
    return start < 0 ? '/' : url.slice(start, end < 0 ? undefined : end)
  }

  get encrypted(): boolean {
    return this.#request.url.startsWith('https:')
  }

  values(name: string): readonly string[] | undefined {
    // `Headers` takes no names of pseudo-header fields; that they are not there is the answer.
    const value = name.startsWith(':') ? null : this.#request.headers.get(name)
    if (value !== null) return [value]
    return name === 'host' ? [new URL(this.#request.url).host] : undefined
  }

  names(): readonly string[] {
    return [...this.#request.headers.keys()]
  }
}

async function copiedBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed) {
    const advice =
      'mount the guard before whatever reads the body: a signature speaks for the bytes, and those are gone once they were read'
    throw new Error(`the body of a signed request was read before its guard: ${advice}`)
  }
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw new AuthError('content_too_large')
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.clone().body?.getReader()
  try {
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
      length += read.value.length
      if (length > limitBytes) throw new AuthError('content_too_large')
      chunks.push(read.value)
    }
  } catch (error) {
    // Neither of the two ends before the other one does: so nobody waits for either.
    void reader?.cancel().catch(() => undefined)
    void request.body?.cancel().catch(() => undefined)
    throw error instanceof AuthError ? error : new AuthError('request_invalid', { reason: 'broken_off' }, { cause: error })
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
