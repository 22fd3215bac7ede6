import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { type TlsOptions, TLSSocket } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import { AuthError, type Clock, type RefusalCode, type Random, refusals } from 'countersign/core'
import { type Certificate, secureContextOf } from './certificate.ts'
import type { Connection } from './connection.ts'
import { problemResponse } from './problem-response.ts'
import { requestId } from './request-id.ts'
import { apiHeaders } from './security-header.ts'

/** What a request may cost before anyone looks at it. */
const limits: ServerOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
}
const MAX_REQUESTS_PER_SOCKET = 100_000
/** How long a peer that talks on is listened to, so that it can read why it was refused. */
const LINGER_MS = 1_000

export function connectionOf(incoming: IncomingMessage): Connection {
  const { socket } = incoming
  return { address: socket.remoteAddress, secure: socket instanceof TLSSocket, incoming }
}

export type Handler = (request: Request, connection: Connection) => Promise<Response>

/**
 * Node's requests as standard ones. A server has its process to itself, so the process's `Request` and `Response` are replaced
 * by ones that need not be built in full: that halves what HTTP costs. (An application that embeds the server brings its own.)
 */
export function requestListener(handler: Handler, random: Random): RequestListener {
  return getRequestListener((request, { incoming }) => handler(request, connectionOf(incoming as IncomingMessage)), {
    overrideGlobalObjects: true,
    // Only for what is no request at all (a broken Host header): everything else is refused inside the handler.
    errorHandler: () => problemResponse(new AuthError('request_invalid'), { requestId: requestId(random), realm: undefined }),
  })
}

/** A refusal in bytes, for a peer that the HTTP parser has given up on. */
function rawRefusal(code: RefusalCode, id: string): string {
  const { status, public: title } = refusals[code]
  const body = JSON.stringify({
    type: `urn:countersign:refusal:${code}`,
    title,
    status,
    code,
    instance: `urn:countersign:request:${id}`,
  })
  const headers = {
    ...apiHeaders,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} Refused`, ...lines, '', body].join('\r\n')
}

function refusalOf(error: Error): RefusalCode {
  const code = 'code' in error ? error.code : undefined
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout'
  return 'request_invalid'
}

function refuseRaw(error: Error, socket: Duplex, { clock, random }: Surroundings): void {
  if (!socket.writable || ('bytesWritten' in socket && socket.destroyed)) return void socket.destroy()
  socket.on('error', () => socket.destroy())
  socket.end(rawRefusal(refusalOf(error), requestId(random)))
  socket.resume()
  clock.after(LINGER_MS, () => socket.destroy())
}

interface Surroundings {
  readonly clock: Clock
  readonly random: Random
}

export type WebServer = { readonly kind: 'http'; readonly server: Server } | { readonly kind: 'https'; readonly server: SecureServer }

export interface TransportSecurity {
  readonly certificate: Certificate
  /** Clients are asked for a certificate. Who has none, or one that nobody we know has signed, is let in all the same: see `clientCertificate`. */
  readonly asksClients: boolean
}

const transportOptions = ({ certificate, asksClients }: TransportSecurity): TlsOptions => ({
  ...secureContextOf(certificate, asksClients),
  ...(asksClients ? { requestCert: true, rejectUnauthorized: false } : {}),
})

/** The server for the network, with or without TLS. */
export function createWebServer(listener: RequestListener, tls: TransportSecurity | undefined, surroundings: Surroundings): WebServer {
  const web: WebServer =
    tls === undefined
      ? { kind: 'http', server: createServer(limits, listener) }
      : { kind: 'https', server: createSecureServer({ ...limits, ...transportOptions(tls) }, listener) }
  web.server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  web.server.on('clientError', (error: Error, socket: Duplex) => refuseRaw(error, socket, surroundings))
  return web
}
