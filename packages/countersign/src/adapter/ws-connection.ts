import { AuthError, type Principal } from '../core/index.ts'
import type { RouteRule, Verifier, Watch } from '../verifier/index.ts'
import { closeCodeOf } from './close-code.ts'
import { farewells } from './farewells.ts'
import { tokenOfRenewal } from './renewal.ts'
import { presentedByUpgrade, type UpgradeRequest, type UpgradeSocket } from './ws-handshake.ts'
import { refused, renewalIn, renewed } from './ws-renewal.ts'

/** The part of a `WebSocket` of ws that a guard needs. */
export interface WsSocket {
  emit(event: string | symbol, ...values: unknown[]): boolean
  send(data: unknown, ...more: unknown[]): void
  close(code: number, reason: string): void
}

/** From the hand-shake on: the network socket, the watch on its credential, and later the WebSocket over it. */
export class WsConnection {
  readonly #verifier: Verifier
  readonly #rule: RouteRule
  readonly #socket: UpgradeSocket
  readonly #watch: Watch
  #webSocket: WsSocket | undefined
  #isOver = false

  /** @throws {AuthError} The credential is refused. */
  static async open(verifier: Verifier, rule: RouteRule, request: UpgradeRequest, socket: UpgradeSocket): Promise<WsConnection> {
    // Before there is a connection, `over` tells of its end.
    let end = (_reason: AuthError): void => undefined
    const watch = await verifier.watch(presentedByUpgrade(request), rule, (reason) => end(reason))
    if (watch.over !== undefined) throw watch.over
    socket.once('close', () => watch.close())
    // It may have been closed while nobody listened.
    if (socket.destroyed) watch.close()
    const connection = new WsConnection(verifier, rule, socket, watch)
    end = (reason) => connection.#end(reason)
    return connection
  }

  private constructor(verifier: Verifier, rule: RouteRule, socket: UpgradeSocket, watch: Watch) {
    this.#verifier = verifier
    this.#rule = rule
    this.#socket = socket
    this.#watch = watch
  }

  get principal(): Principal {
    return this.#watch.principal
  }

  /** Stands between the WebSocket and the service: what is for the guard goes no further, and after the end nothing goes either way. */
  hold(webSocket: WsSocket): void {
    this.#webSocket = webSocket
    Object.defineProperty(webSocket, 'principal', { get: () => this.principal, enumerable: true })
    const emit = webSocket.emit
    // The close frame asks the client to stop; whether it does is its affair. A listener could not be sure to come before the others.
    webSocket.emit = (event, ...values) => {
      if (event !== 'message') return Reflect.apply(emit, webSocket, [event, ...values])
      if (this.#isOver) return false
      const renewal = renewalIn(values[0], values[1])
      if (renewal === undefined) return Reflect.apply(emit, webSocket, [event, ...values])
      void this.#renew(webSocket, renewal)
      return true
    }
    const send = webSocket.send
    webSocket.send = (...values) => {
      if (this.#isOver) tellUnsent(values.at(-1))
      else Reflect.apply(send, webSocket, values)
    }
  }

  #end(reason: AuthError): void {
    this.#isOver = true
    const webSocket = this.#webSocket
    if (webSocket === undefined) this.#socket.destroy()
    else farewells.say(() => webSocket.close(closeCodeOf(reason), reason.code))
  }

  async #renew(webSocket: WsSocket, renewal: unknown): Promise<void> {
    try {
      const { expiresAt } = await this.#watch.renew(tokenOfRenewal(renewal))
      webSocket.send(renewed(expiresAt))
    } catch (thrown) {
      this.#verifier.refuse(thrown, this.#rule)
      webSocket.send(refused(thrown instanceof AuthError ? thrown : new AuthError('internal')))
    }
  }
}

/** As ws does with what is sent after the close frame: who asked to be told is told, later. */
function tellUnsent(sent: unknown): void {
  if (typeof sent === 'function') queueMicrotask(() => void Reflect.apply(sent, undefined, [new Error('the connection has ended')]))
}
