import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Requirement, Verifier } from 'countersign'
import { guard } from 'countersign/node'

export type Routes = Readonly<Record<string, Requirement>>

/** A service that somebody else wrote: `node:http`, a verifier, a guard on each route. */
export class GuardedRoutes implements AsyncDisposable {
  readonly verifier: Verifier
  readonly #server: Server

  static async open(verifier: Verifier, routes: Routes): Promise<GuardedRoutes> {
    const guards = new Map(Object.entries(routes).map(([path, requirement]) => [path, guard(verifier, requirement)]))
    const server = createServer(async (request, response) => {
      const principal = await guards.get(request.url ?? '')?.(request, response)
      if (principal !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(principal))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new GuardedRoutes(verifier, server)
  }

  private constructor(verifier: Verifier, server: Server) {
    this.verifier = verifier
    this.#server = server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** `200`, or the code of the refusal. */
  async verdictOn(token: string, path = '/'): Promise<string> {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${token}` } })
    const { code } = (await response.json()) as { readonly code?: string }
    return response.status === 200 ? '200' : String(code)
  }

  async accepts(token: string, path = '/'): Promise<void> {
    assert.equal(await this.verdictOn(token, path), '200')
  }

  async refuses(token: string, code = 'token_revoked', path = '/'): Promise<void> {
    assert.equal(await this.verdictOn(token, path), code)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.verifier.close()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
