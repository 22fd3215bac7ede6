import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PATIENCE_MS } from '../http/patience.ts'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

export interface ArrivedLogout {
  /** As the client of this name. */
  readonly client: string
  readonly contentType: string | undefined
  readonly token: string
}

/** The doors of several applications at which they are told that a session has ended: notes what arrives. */
export class LogoutReceiver implements AsyncDisposable {
  readonly #server: Server
  readonly arrived: ArrivedLogout[] = []
  /** Undefined: 200. */
  answering: ((response: ServerResponse, client: string) => void) | undefined
  #heard: () => void = () => undefined

  static async open(): Promise<LogoutReceiver> {
    const receiver = new LogoutReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? ''
      const client = (request.url ?? '').slice(1)
      this.arrived.push({ client, contentType: request.headers['content-type'], token })
      if (this.answering === undefined) response.writeHead(200).end()
      else this.answering(response, client)
      this.#heard()
    })
  }

  uri(name: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}`
  }

  of(name: string): readonly ArrivedLogout[] {
    return this.arrived.filter(({ client }) => client === name)
  }

  /** Waits until so many have come for a client. */
  async arrivedOf(name: string, count = 1, withinMs = PATIENCE_MS): Promise<readonly ArrivedLogout[]> {
    const endMs = performance.now() + withinMs
    for (;;) {
      const found = this.of(name)
      if (found.length >= count) return found
      const leftMs = endMs - performance.now()
      assert.ok(leftMs > 0, `${count} for ${name} have not come; there came ${this.arrived.map(({ client }) => client).join(', ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 500))
        this.#heard = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** As a client does (section 2.6): by its own library, the published keys, and the rules of a logout token. */
export async function verifiedLogout(token: string, issuer: string, audience: string): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const rules = { issuer, audience, typ: 'logout+jwt', requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub', 'sid'], maxTokenAge: '2m' }
  const { payload } = await jwtVerify(token, keys, rules)
  assert.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} })
  assert.equal(payload['nonce'], undefined)
  assert.ok((payload.exp ?? 0) - (payload.iat ?? 0) <= 120)
  return payload
}
