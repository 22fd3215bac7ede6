import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { PATIENCE_MS } from './patience.ts'

/** How the receiver answers the next token. */
export type Answering = (response: ServerResponse, claims: EventClaims) => void

export interface EventClaims extends JWTPayload {
  readonly jti: string
  readonly txn?: string
  readonly sub_id: Readonly<Record<string, unknown>>
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface Pushed {
  readonly claims: EventClaims
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly compact: string
}

export const accept: Answering = (response) => void response.writeHead(202).end()
export const answer =
  (status: number, body = ''): Answering =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body)

/** A receiver of security events that is not ours (RFC 8935): it notes what it was sent. */
export class EventReceiver implements AsyncDisposable {
  readonly #server: Server
  readonly pushed: Pushed[] = []
  answering: Answering = accept
  /** It speaks with nobody. Its port stays its own, so that it can come back. */
  isDown = false
  #arrived: () => void = () => undefined

  static async open(): Promise<EventReceiver> {
    const receiver = new EventReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      if (this.isDown) return void request.socket.destroy()
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const compact = Buffer.concat(chunks).toString()
        const claims = decodeJwt<EventClaims>(compact) as EventClaims
        const { authorization, 'content-type': contentType } = request.headers
        this.pushed.push({ claims, authorization, contentType, compact })
        this.answering(response, claims)
        this.#arrived()
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`
  }

  /** Waits until so many tokens have come, in all. */
  async arrived(count: number): Promise<readonly Pushed[]> {
    const endMs = performance.now() + PATIENCE_MS
    while (this.pushed.length < count) {
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) throw new Error(`${this.pushed.length} security events have come, not ${count}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#arrived = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.pushed
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** As a receiver verifies it that knows nothing of us but the keys. */
export async function verified(compact: string, issuer: string, audience: string): Promise<EventClaims> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const { payload } = await jwtVerify<EventClaims>(compact, keys, { issuer, audience, typ: 'secevent+jwt' })
  return payload
}
