import type { Principal } from '../core/index.ts'
import type { Requirement, Verifier } from '../verifier/index.ts'
import { WsConnection, type WsSocket } from './ws-connection.ts'
import { refuseUpgrade, type UpgradeRequest, type UpgradeSocket } from './ws-handshake.ts'

/** A socket that came past a guard: `sockets.on('connection', (socket: Guarded<WebSocket>) => …)`. */
export type Guarded<Socket> = Socket & {
  /** Who opened it; after a renewal, as the newest token says. */
  readonly principal: Principal
}

/** The part of a `WebSocketServer` of ws that a guard needs. Make it with `noServer: true`. */
export interface WsServer<Socket extends WsSocket> {
  handleUpgrade(request: UpgradeRequest, socket: UpgradeSocket, head: Uint8Array, done: (socket: Socket) => void): void
  emit(event: 'connection', socket: Socket, request: UpgradeRequest): boolean
}

/** A listener for `upgrade` of an HTTP server. Answers every hand-shake: call it only for those that are meant for it. */
export type UpgradeListener = (request: UpgradeRequest, socket: UpgradeSocket, head: Uint8Array) => void

export type WsGuard = <Socket extends WsSocket>(sockets: WsServer<Socket>) => UpgradeListener

/**
 * Guards a `WebSocketServer` of ws: `server.on('upgrade', guard(verifier, { scope: 'game:play' })(sockets))`. Who may not is answered in
 * HTTP and gets no socket; who may is announced by `connection`, with `socket.principal`.
 *
 * When the credential ends, so does the socket: with 4401 and `token_revoked`, `token_expired` or `step_up_required`, or with 4503 and
 * `revocation_unknown`. From that moment no message of it reaches the service, however slowly the client goes.
 *
 * A client renews its token in a text message, which only the guard sees: `{"type":"countersign.renew","access_token":"…"}`. It is answered
 * `{"type":"countersign.renewed","expires_at":…}`, in seconds since 1970, or `{"type":"countersign.refused","code":"…"}`, and then goes on with
 * the token that it had.
 *
 * Does not look at the path, and takes no token from a URL.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): WsGuard {
  const rule = verifier.routeRule(requirement)
  return (sockets) => (request, socket, head) => {
    // A client that is gone before it was answered must not be the end of this process.
    socket.on('error', () => void socket.destroy())
    void WsConnection.open(verifier, rule, request, socket).then(
      (connection) =>
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          connection.hold(webSocket)
          sockets.emit('connection', webSocket, request)
        }),
      (thrown: unknown) => refuseUpgrade(socket, verifier.refuse(thrown, rule)),
    )
  }
}
