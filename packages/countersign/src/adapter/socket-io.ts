import type { Requirement, Verifier } from '../verifier/index.ts'
import { SocketIoConnection, type SocketIoSocket } from './socket-io-connection.ts'

/** What a refused client finds in `connect_error`: the public sentence, and the whole problem document (RFC 9457) as `data`. */
export interface ConnectionRefusal extends Error {
  readonly data: { readonly code: string; readonly status: number; readonly title: string }
}

export type SocketIoGuard = (socket: SocketIoSocket, next: (refusal?: ConnectionRefusal) => void) => void

/**
 * Guards a namespace of socket.io: `io.use(guard(verifier, { scope: 'game:play' }))`, `io.of('/staff').use(guard(verifier, { role: 'staff' }))`. The
 * client sends its token as `io(url, { auth: { token } })`, or in the `Authorization` header; the service finds the caller in
 * `socket.data.principal`.
 *
 * When the credential ends, the client hears `countersign:ended` with `{ code, reason }` and is disconnected from the namespace. It renews its
 * token by `socket.emit('countersign:renew', { access_token }, answer)`, which is answered `{ expires_at }`, in seconds since 1970, or `{ code }`, and
 * then goes on with the token that it had.
 *
 * Guards this namespace alone, and takes no token from a URL.
 *
 * @throws {TypeError | RangeError} The requirement has a mistake.
 */
export function guard(verifier: Verifier, requirement: Requirement = {}): SocketIoGuard {
  const rule = verifier.routeRule(requirement)
  return (socket, next) => {
    void SocketIoConnection.open(verifier, rule, socket).then(
      () => next(),
      (thrown: unknown) => {
        const problem: ConnectionRefusal['data'] = JSON.parse(verifier.refuse(thrown, rule).body)
        next(Object.assign(new Error(problem.title), { data: problem }))
      },
    )
  }
}
