import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'

type Claims = Readonly<Record<string, unknown>>

interface Pair {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Claims
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** Somebody who gives tokens to workloads, on loopback: describes itself, publishes its keys, and signs what a test says. */
export class AssertionIssuer implements AsyncDisposable {
  readonly #server: Server
  readonly #pair: Pair
  /** How often anything was asked of it. */
  asked = 0

  static async open(): Promise<AssertionIssuer> {
    const issuer = new AssertionIssuer(await newPair('key-1'))
    issuer.#server.listen(0, '127.0.0.1')
    await once(issuer.#server, 'listening')
    return issuer
  }

  private constructor(pair: Pair) {
    this.#pair = pair
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get jwks(): { readonly keys: readonly Claims[] } {
    return { keys: [this.#pair.jwk] }
  }

  /**
   * As GitHub Actions has them, by the names that its reference documents (docs.github.com, "OpenID Connect reference", claims of the OIDC token);
   * the values are made up. `undefined` takes a claim out.
   */
  job(audience: string, change: Claims = {}, header: Claims = {}): Promise<string> {
    const iat = nowSeconds()
    const claims = {
      iss: this.url,
      aud: audience,
      sub: 'repo:acme/shop:ref:refs/heads/main',
      iat,
      nbf: iat - 10,
      exp: iat + 300,
      jti: randomUUID(),
      ref: 'refs/heads/main',
      ref_type: 'branch',
      repository: 'acme/shop',
      repository_id: '74',
      repository_owner: 'acme',
      repository_owner_id: '65',
      repository_visibility: 'private',
      actor: 'ann',
      actor_id: '12',
      event_name: 'push',
      workflow: 'deploy',
      job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
      run_id: '1001',
      run_number: '10',
      run_attempt: '1',
      runner_environment: 'github-hosted',
    }
    return this.sign({ ...claims, ...change }, { typ: 'JWT', x5t: this.#pair.kid, ...header })
  }

  /**
   * As Kubernetes has them for a projected volume (kubernetes.io, "Managing Service Accounts", "Schema for service account private claims"): no
   * `typ`, the audience as a list, its own claims below one with a dot in its name.
   */
  pod(audience: string, change: Claims = {}): Promise<string> {
    const iat = nowSeconds()
    const claims = {
      iss: this.url,
      aud: [audience],
      sub: 'system:serviceaccount:prod:orders',
      iat,
      nbf: iat,
      exp: iat + 3600,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace: 'prod',
        node: { name: 'node-1', uid: randomUUID() },
        pod: { name: 'orders-7d4', uid: randomUUID() },
        serviceaccount: { name: 'orders', uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
        warnafter: iat + 3000,
      },
    }
    return this.sign({ ...claims, ...change })
  }

  sign(claims: Claims, header: Claims = {}, pair: Pair = this.#pair): Promise<string> {
    const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
    return new SignJWT(present).setProtectedHeader({ alg: 'RS256', kid: pair.kid, ...header }).sign(pair.privateKey)
  }

  /** Under the same `kid`, by a key that it does not publish. */
  async forge(claims: Claims): Promise<string> {
    return this.sign(claims, { typ: 'JWT' }, await newPair(this.#pair.kid))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked++
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/.well-known/jwks` },
      '/.well-known/jwks': this.jwks,
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
  }
}

async function newPair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } }
}
