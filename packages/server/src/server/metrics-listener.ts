import { createServer, type Server } from 'node:http'
import { AuthError, isLoopback, type Random } from 'countersign/core'
import type { Countersign } from './countersign.ts'
import { requestListener } from './http-server.ts'
import { problemResponse } from './problem-response.ts'
import { requestId } from './request-id.ts'

const PATH = '/metrics'

/** A browser that a name server has led here still says whom it meant: a page of somebody else must not read the numbers. */
function isMeant(url: URL): boolean {
  const { hostname } = url
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'))
}

/**
 * A port of its own for the metrics, on this machine alone: nobody is asked who they are, and nothing else is answered there.
 *
 * @throws {Error} when the port cannot be used.
 */
export async function listenForMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  countersign: Countersign,
  random: Random,
): Promise<{ readonly server: Server; readonly url: string }> {
  const listener = requestListener(async (request) => {
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.pathname !== PATH || !isMeant(url)) {
      return problemResponse(new AuthError('not_found'), { requestId: requestId(random), realm: undefined })
    }
    const accept = request.headers.get('accept') ?? '*/*'
    return countersign.localFetch(new Request(`http://localhost${PATH}`, { headers: { accept } }))
  }, random)
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 10_000 }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return { server, url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}${PATH}` }
}
