import { AuthError, type Principal, refusalRow } from '../core/index.ts'
import type { PresentedCredentials, RouteRule, Verifier, Watch } from '../verifier/index.ts'
import { farewells } from './farewells.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'
import { tokenOfRenewal } from './renewal.ts'

/** The part of a server-side `Socket` of socket.io that a guard needs. */
export interface SocketIoSocket {
  readonly handshake: { readonly auth: object }
  readonly request: IncomingRequest
  readonly nsp: object
  readonly conn: {
    readonly readyState: string
    once(event: 'close', listener: () => void): unknown
    removeListener(event: 'close', listener: () => void): unknown
    close(): unknown
  }
  readonly connected: boolean
  readonly data: object
  on(event: string, listener: (message: unknown, answer: unknown) => void): unknown
  use(middleware: (event: unknown, next: () => void) => void): unknown
  emit(event: string, ...values: unknown[]): boolean
  disconnect(): unknown
}

/** Client to server, with an acknowledgement: another token for the same connection. */
export const RENEW_EVENT = 'countersign:renew'
/** Server to client, right before it is disconnected. */
export const ENDED_EVENT = 'countersign:ended'

/** A socket of one namespace, and the watch on its credential. */
export class SocketIoConnection {
  readonly #verifier: Verifier
  readonly #rule: RouteRule
  readonly #socket: SocketIoSocket
  readonly #watch: Watch
  /** Sends to the client, also after the end. */
  readonly #emit: SocketIoSocket['emit']

  /** @throws {AuthError} The credential is refused. */
  static async open(verifier: Verifier, rule: RouteRule, socket: SocketIoSocket): Promise<void> {
    requireMiddleware(socket)
    // Before there is a connection, `over` tells of its end.
    let end = (_reason: AuthError): void => undefined
    const watch = await verifier.watch(presentedByHandshake(socket), rule, (reason) => end(reason))
    if (watch.over !== undefined) throw watch.over
    const { conn } = socket
    // The transport may end before the namespace was joined, and then there is no `disconnect`.
    const close = (): void => {
      watch.close()
      conn.removeListener('close', close)
    }
    conn.once('close', close)
    socket.on('disconnect', close)
    if (conn.readyState !== 'open') close()
    const connection = new SocketIoConnection(verifier, rule, socket, watch)
    end = (reason) => connection.#end(reason)
  }

  private constructor(verifier: Verifier, rule: RouteRule, socket: SocketIoSocket, watch: Watch) {
    this.#verifier = verifier
    this.#rule = rule
    this.#socket = socket
    this.#watch = watch
    this.#name(watch.principal)
    // The first of the socket's own middleware: after the end no event reaches the service, and what it sends to this socket stays here.
    socket.use((_event, next) => {
      if (watch.over === undefined) next()
    })
    const { emit } = socket
    this.#emit = (...values) => Reflect.apply(emit, socket, values)
    socket.emit = (...values) => watch.over === undefined && this.#emit(...values)
    socket.on(RENEW_EVENT, (message, answer) => void this.#renew(message, answer))
  }

  #end(reason: AuthError): void {
    // Admitted, and not yet joined: it could still become connected after a `disconnect` that does nothing.
    if (!this.#socket.connected) this.#socket.conn.close()
    else farewells.say(() => this.#dismiss(reason))
  }

  #dismiss({ code }: AuthError): void {
    this.#emit(ENDED_EVENT, { code, reason: refusalRow(code).public })
    this.#socket.disconnect()
  }

  async #renew(message: unknown, answer: unknown): Promise<void> {
    const reply = (document: object): void => {
      if (typeof answer === 'function') Reflect.apply(answer, undefined, [document])
    }
    try {
      const principal = await this.#watch.renew(tokenOfRenewal(message))
      this.#name(principal)
      reply({ expires_at: principal.expiresAt })
    } catch (thrown) {
      this.#verifier.refuse(thrown, this.#rule)
      reply({ code: thrown instanceof AuthError ? thrown.code : 'internal' })
    }
  }

  #name(principal: Principal): void {
    Object.assign(this.#socket.data, { principal })
  }
}

/**
 * Reads what a hand-shake presents: `auth: { token }` of the client, the `Authorization` header, the cookie.
 *
 * @throws {AuthError} `credential_malformed`
 */
function presentedByHandshake({ handshake, request }: SocketIoSocket): PresentedCredentials {
  // A page of another site can open it too: its cookie speaks only for the service's own pages.
  const incoming = presentedBy(request)
  const presented: PresentedCredentials = { ...incoming, method: undefined, arrival: incoming.arrival }
  const token: unknown = 'token' in handshake.auth ? handshake.auth.token : undefined
  if (token === undefined) return presented
  if (typeof token !== 'string') throw new AuthError('credential_malformed', { reason: 'auth_token_not_a_text' })
  if (presented.authorization !== undefined) throw new AuthError('credential_malformed', { reason: 'header_and_auth_token' })
  return { ...presented, authorization: `Bearer ${token}` }
}

/**
 * With `connectionStateRecovery` socket.io lets a client come back without asking its middleware, unless it is told otherwise: whoever
 * was revoked meanwhile would be back in.
 *
 * @throws {Error} The server is set up so.
 */
function requireMiddleware({ nsp }: SocketIoSocket): void {
  const options = member(member(nsp, 'server'), 'opts')
  if (member(member(options, 'connectionStateRecovery'), 'skipMiddlewares') === true) {
    throw new Error('countersign/socket.io needs connectionStateRecovery: { skipMiddlewares: false }')
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
