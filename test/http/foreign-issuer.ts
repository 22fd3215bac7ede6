import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync } from 'node:zlib'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'

export const SERVICE = 'https://orders.example'

interface SigningPair {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Readonly<Record<string, unknown>>
}

/** What the stub does when it is asked for its keys. */
type Answering = 'keys' | 'error' | 'nothing' | 'page' | 'flood' | 'another kid each time'

/** An identity provider as others run it, on loopback: discovery, a JWKS, tokens signed by jose, an encryption key in between. */
export class ForeignIssuer implements AsyncDisposable {
  readonly #server: Server
  readonly #path: string
  readonly algorithm: 'ES256' | 'RS256'
  #pairs: readonly SigningPair[] = []
  #kids = 0
  #sets = 0
  answering: Answering = 'keys'
  /** How often it was asked for its keys. */
  asked = 0
  /** Who has asked about which token (RFC 7662). */
  readonly introspected: { readonly authorization: string | undefined; readonly token: string | null }[] = []
  /** Tokens that it calls dead when it is asked. */
  readonly dead = new Set<string>()
  /** It answers neither questions about tokens nor for its status list. */
  isMute = false
  /** The places in its status list whose tokens are revoked. */
  readonly revokedPlaces = new Set<number>()

  static async open(path = '/realms/staff', algorithm: 'ES256' | 'RS256' = 'ES256'): Promise<ForeignIssuer> {
    const issuer = new ForeignIssuer(path, algorithm)
    issuer.#server.listen(0, '127.0.0.1')
    await once(issuer.#server, 'listening')
    await issuer.rotate()
    return issuer
  }

  private constructor(path: string, algorithm: 'ES256' | 'RS256') {
    this.#path = path
    this.algorithm = algorithm
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#path}`
  }

  get jwksUri(): string {
    return `${this.url}/certs`
  }

  get introspectionEndpoint(): string {
    return `${this.url}/introspect`
  }

  get statusListUri(): string {
    return `${this.url}/statuses/1`
  }

  get kid(): string {
    return this.#pairs[0]?.kid ?? ''
  }

  /** A new key signs from now on; the ones before stay published. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(this.algorithm)
    const kid = `key-${++this.#kids}`
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: this.algorithm, use: 'sig', x5t: 'unused' }
    this.#pairs = [{ kid, privateKey, jwk }, ...this.#pairs]
  }

  /** As Keycloak makes them: `typ: JWT`, a claim `typ`, `azp`, `sid`, roles two levels deep. `undefined` takes a claim out. */
  async token(
    nowMs: number,
    claims: Readonly<Record<string, unknown>> = {},
    header: { typ?: string | undefined } = { typ: 'JWT' },
  ): Promise<string> {
    const [pair] = this.#pairs
    if (pair === undefined) throw new Error('the issuer has no key')
    const iat = Math.floor(nowMs / 1000)
    const payload = {
      iss: this.url,
      sub: '248289761001',
      aud: [SERVICE, 'account'],
      azp: 'web',
      iat,
      exp: iat + 300,
      jti: 'trrtcc:1',
      sid: 'a-b-c',
      typ: 'Bearer',
      scope: 'openid orders:read',
      realm_access: { roles: ['staff'] },
      roles: ['admin'],
      ...claims,
    }
    const present = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
    const { typ } = header
    return new SignJWT(present)
      .setProtectedHeader({ alg: this.algorithm, kid: pair.kid, ...(typ === undefined ? {} : { typ }) })
      .sign(pair.privateKey)
  }

  /** A security event token (RFC 8417) of one event; `undefined` takes a claim out. */
  async securityEvent(nowMs: number, claims: Readonly<Record<string, unknown>>, typ = 'secevent+jwt'): Promise<string> {
    const [pair] = this.#pairs
    if (pair === undefined) throw new Error('the issuer has no key')
    const payload = { iss: this.url, aud: 'https://auth.example', iat: Math.floor(nowMs / 1000), jti: `set-${++this.#sets}`, ...claims }
    const present = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
    return new SignJWT(present).setProtectedHeader({ alg: this.algorithm, kid: pair.kid, typ }).sign(pair.privateKey)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request
    if (url === `${this.#path}/introspect`) return this.#introspect(request, response)
    if (url === `${this.#path}/statuses/1`) return this.#showStatuses(response)
    if (url === `${this.#path}/.well-known/openid-configuration`) return this.#json(response, { issuer: this.url, jwks_uri: this.jwksUri })
    if (url !== `${this.#path}/certs`) return void response.writeHead(404).end()
    this.asked++
    switch (this.answering) {
      case 'keys':
        return this.#json(response, { keys: this.#published() })
      case 'error':
        return void response.writeHead(500).end()
      case 'nothing':
        return
      case 'page':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Maintenance</title>')
      case 'flood':
        return flood(response)
      case 'another kid each time':
        return this.#json(response, {
          keys: this.#published()
            .map((jwk) => ({ ...jwk, kid: `turn-${this.asked}` }))
            .slice(0, 1),
        })
    }
  }

  async #introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const token = new URLSearchParams(body).get('token')
    this.introspected.push({ authorization: request.headers.authorization, token })
    if (this.isMute) return void response.writeHead(500).end()
    this.#json(response, { active: token !== null && !this.dead.has(token) })
  }

  /** Signed by jose; deflated as the draft has it. */
  async #showStatuses(response: ServerResponse): Promise<void> {
    const [pair] = this.#pairs
    if (pair === undefined || this.isMute) return void response.writeHead(500).end()
    const bits = Buffer.alloc(2)
    for (const place of this.revokedPlaces) bits.writeUInt8(bits.readUInt8(place >> 3) | (1 << (place & 7)), place >> 3)
    const payload = {
      sub: this.statusListUri,
      iat: 1_900_000_000,
      ttl: 1,
      status_list: { bits: 1, lst: deflateSync(bits).toString('base64url') },
    }
    const signed = await new SignJWT(payload)
      .setProtectedHeader({ alg: this.algorithm, kid: pair.kid, typ: 'statuslist+jwt' })
      .sign(pair.privateKey)
    response.writeHead(200, { 'content-type': 'application/statuslist+jwt' }).end(signed)
  }

  #published(): readonly Readonly<Record<string, unknown>>[] {
    return [...this.#pairs.map(({ jwk }) => jwk), { kty: 'RSA', use: 'enc', kid: 'enc-1', alg: 'RSA-OAEP', n: 'AQAB', e: 'AQAB' }]
  }

  #json(response: ServerResponse, document: unknown): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  }
}

/** 50 MB of JSON, for as long as anybody reads. */
function flood(response: ServerResponse): void {
  const piece = ' '.repeat(65_536)
  let left = 800
  response.writeHead(200, { 'content-type': 'application/json' })
  const write = (): void => {
    while (left-- > 0 && !response.destroyed) if (!response.write(piece)) return void response.once('drain', write)
    response.end('{"keys":[]}')
  }
  write()
}
