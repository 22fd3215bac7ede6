import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * The open connections of a server that asks for certificates. A CA that is taken away is still believed on those that were made before: TLS
 * looks at a chain once.
 */
export class ClientConnections {
  readonly #server: Server
  /** Whose handshake goes on, with the authorities that were there when it began. */
  readonly #greeting = new Map<string, Socket>()
  /** With what is being answered on each. */
  readonly #open = new Map<object, { readonly socket: TLSSocket; response: ServerResponse | undefined }>()
  readonly #former = new WeakSet<object>()

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket)
      this.#greeting.set(peer, socket)
      socket.once('close', () => this.#greeting.get(peer) === socket && this.#greeting.delete(peer))
    })
    server.on('secureConnection', (socket) => {
      this.#greeting.delete(peerOf(socket))
      // Even a second handshake that is refused makes Node find out anew what it finds of the first.
      socket.on('secure', () => socket.destroy())
      this.#open.set(socket, { socket, response: undefined })
      socket.once('close', () => this.#open.delete(socket))
    })
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const open = this.#open.get(socket)
      if (open !== undefined) open.response = response
      if (this.#former.has(socket)) response.shouldKeepAlive = false
    })
  }

  /** Nobody is vouched for any more on what is open now: what has not begun or rests is closed, what is busy ends with its answer. */
  doubt(): void {
    for (const socket of this.#greeting.values()) socket.destroy()
    for (const { socket, response } of this.#open.values()) {
      socket.authorized = false
      if (response !== undefined) response.shouldKeepAlive = false
      this.#former.add(socket)
    }
    this.#server.closeIdleConnections()
  }
}

/** Of a connection and of TLS on it, which have nothing else in common. */
const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
