import { type IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock } from 'countersign/core'

/** Requests that are under way when the server stops get this long. */
const DRAIN_MS = 10_000
const DRAIN_STEP_MS = 50

/** Ends a server without cutting an answer short. To be made with the server, since it has to know the connections. */
export class Drain {
  readonly #server: Server | SecureServer
  readonly #clock: Clock
  /** Opened, and nothing asked yet. Node counts them as busy. */
  readonly #silent = new Set<Socket>()

  constructor(server: Server | SecureServer, clock: Clock) {
    this.#server = server
    this.#clock = clock
    server.on(server instanceof Server ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#silent.add(socket)
      socket.once('close', () => this.#silent.delete(socket))
    })
    server.on('request', ({ socket }: IncomingMessage) => this.#silent.delete(socket))
  }

  /** Stops accepting, lets answers out, and at the end cuts what is still there. */
  async run(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()))
    const endMs = this.#clock.monotonicMs() + DRAIN_MS
    let cancel = (): void => {}
    const step = (): void => {
      for (const socket of this.#silent) socket.destroy()
      // A connection that was answered just now is idle and would be kept for its next request.
      if (this.#clock.monotonicMs() >= endMs) this.#server.closeAllConnections()
      else this.#server.closeIdleConnections()
      cancel = this.#clock.after(DRAIN_STEP_MS, step)
    }
    step()
    await closed
    cancel()
  }
}
