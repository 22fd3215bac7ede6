import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AuthError } from '../core/index.ts'
import { problemAnswer } from './exchange.ts'
import { passedBack } from './header.ts'
import type { Connections } from './proxy.ts'
import type { Upstream } from './upstream.ts'

/** A request for a WebSocket that is to go on. */
export interface UpgradeForwarding {
  readonly upstream: Upstream
  readonly path: string
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Uint8Array
  /** As in `Forwarding`, with the credential. */
  readonly lines: readonly string[]
  readonly setCookie: string | undefined
}

/** What the two ends agree on (RFC 6455 section 4). */
const handshake = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'] as const
const answered = new Set(['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'])

/** Nothing but WebSockets: no other protocol is carried past the checks of this backend (RFC 9110 section 7.8). */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-key'] !== undefined
}

/**
 * Asks the upstream for a WebSocket. Before it has agreed nothing that the browser sends is passed on.
 *
 * @param onOpened Told with both ends of the connection.
 */
export function forwardUpgrade(forwarding: UpgradeForwarding, connections: Connections, onOpened: (ends: readonly Duplex[]) => void): void {
  const { upstream, request, socket, head, lines, setCookie } = forwarding
  const asked = handshake.flatMap((name) => {
    const value = request.headers[name]
    return typeof value === 'string' ? [name, value] : []
  })
  const outgoing = connections.open(forwarding, 'GET', [
    ...['host', upstream.authority, 'connection', 'Upgrade', 'upgrade', 'websocket'],
    ...asked,
    ...lines,
  ])
  socket.once('close', () => void outgoing.destroy())
  outgoing.once('error', (cause) => {
    refuseUpgrade(
      socket,
      cause instanceof AuthError ? cause : new AuthError('upstream_unreachable', { upstream: upstream.prefix }, { cause }),
    )
  })
  outgoing.once('response', (answer) => {
    // It ends where the connection does, or at its length: its transfer coding was taken off.
    writeHead(socket, answer.statusCode ?? 502, [...passedBack(answer.rawHeaders), 'connection', 'close'])
    answer.once('error', () => void socket.destroy())
    answer.pipe(socket)
  })
  outgoing.once('upgrade', (answer, wire, first) => {
    if (socket.destroyed || answer.statusCode !== 101 || answer.headers.upgrade?.toLowerCase() !== 'websocket') {
      wire.destroy()
      refuseUpgrade(socket, new AuthError('upstream_unreachable', { upstream: upstream.prefix }))
      return
    }
    // It may be silent for as long as it likes.
    wire.setTimeout(0)
    const agreed = pairs(answer.rawHeaders).filter(([name]) => answered.has(name.toLowerCase()))
    const cookie = setCookie === undefined ? [] : ['set-cookie', setCookie]
    writeHead(socket, 101, ['upgrade', 'websocket', 'connection', 'Upgrade', ...agreed.flat(), ...cookie])
    join(socket, wire, head, first)
    onOpened([socket, wire])
  })
  outgoing.end()
}

/** Both ways, and neither end outlives the other. */
function join(socket: Duplex, wire: Duplex, head: Uint8Array, first: Uint8Array): void {
  if (first.length > 0) socket.write(first)
  if (head.length > 0) wire.write(head)
  for (const [one, other] of [
    [socket, wire],
    [wire, socket],
  ] as const) {
    one.on('error', () => void other.destroy())
    one.once('close', () => void other.destroy())
    one.pipe(other)
  }
}

/** Answers in HTTP, since nothing else was agreed on, and ends the connection. */
export function refuseUpgrade(socket: Duplex, thrown: unknown): void {
  if (socket.destroyed || socket.writableEnded) return
  const { status, document, lines } = problemAnswer(thrown)
  const body = JSON.stringify(document)
  const about = ['content-type', 'application/problem+json', 'content-length', String(Buffer.byteLength(body))]
  writeHead(socket, status, [...about, 'cache-control', 'no-store', 'connection', 'close', ...lines])
  // Whoever does not end their side of it does not keep ours.
  socket.once('finish', () => void socket.destroy())
  socket.end(body)
}

function writeHead(socket: Duplex, status: number, lines: readonly string[]): void {
  const head = pairs(lines).map(([name, value]) => `${name}: ${value}`)
  // As Node's parser has read them.
  socket.write(`${[`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...head].join('\r\n')}\r\n\r\n`, 'latin1')
}

const pairs = (lines: readonly string[]): readonly (readonly [name: string, value: string])[] =>
  lines.flatMap((name, index) => (index % 2 === 0 ? [[name, lines[index + 1] ?? ''] as const] : []))
