import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { IdentityProviderOptions } from '../../packages/server/src/server/config-federation.ts'

type Algorithm = 'ES256' | 'RS256'
type Claims = Readonly<Record<string, unknown>>

interface Grant {
  readonly redirect: string
  readonly challenge: string
  readonly nonce: string | undefined
  readonly claims: Claims
}

interface Pair {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Claims
}

const CLIENT = 'countersign-here'
const SECRET = 'a secret: with + signs'

const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** Another OpenID provider, on loopback: whoever comes is signed in at once, as whom the test says. Strict about codes, PKCE and its client. */
export class IdentityProvider implements AsyncDisposable {
  readonly #server: Server
  readonly #grants = new Map<string, Grant>()
  #pairs: readonly Pair[] = []
  #kids = 0
  /** Who sits before the browser. */
  person: Claims = { sub: 'ann', email: 'ann@idp.example', email_verified: true, name: 'Ann', sid: 'up-1' }
  /** Changes of what the next ID tokens say; `undefined` takes a claim out. */
  twisted: Claims = {}
  /** Of its description. */
  metadata: Claims = {}
  /** Answers of its token endpoint: `none` hangs up. */
  answering: 'tokens' | 'error' | 'none' = 'tokens'
  /** The queries of those who came to sign in. */
  readonly visits: URLSearchParams[] = []
  /** Says more of people at its UserInfo endpoint. */
  told: Claims = {}
  /** ID tokens are signed with a key that it does not publish. */
  signsElsewhere = false
  /** They are not signed at all. */
  signsNothing = false
  /** They do not name the key that has signed them. */
  namesNoKey = false
  /** Changes its keys after it has been asked who somebody is, and before it says so. */
  rotatesBeforeSigning = false

  /** Says in its answers who it is (RFC 9207). */
  sendsIss = true
  /** Takes the secret of its client in the form, and not in the header. */
  takesPost = false
  readonly #algorithm: Algorithm

  static async open(algorithm: Algorithm = 'ES256'): Promise<IdentityProvider> {
    const provider = new IdentityProvider(algorithm)
    provider.#server.listen(0, '127.0.0.1')
    await once(provider.#server, 'listening')
    await provider.rotate()
    return provider
  }

  private constructor(algorithm: Algorithm) {
    this.#algorithm = algorithm
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** As the server is told of it. */
  options(change: Partial<IdentityProviderOptions> = {}): IdentityProviderOptions {
    return { id: 'idp', name: 'Elsewhere', issuer: this.url, client_id: CLIENT, client_secret: SECRET, ...change }
  }

  /** A new key signs from now on; those of before are gone. */
  async rotate(): Promise<void> {
    this.#pairs = [await newPair(`key-${++this.#kids}`, this.#algorithm)]
  }

  /** A browser comes here, and is sent back. @returns where to, as path and query. */
  async visit(location: string | null): Promise<string> {
    assert.ok(location !== null && location.startsWith(this.url), `not sent here: ${location}`)
    const { status, headers } = await fetch(location, { redirect: 'manual' })
    assert.equal(status, 303)
    const back = new URL(headers.get('location') ?? '')
    return back.pathname + back.search
  }

  /** OpenID Connect Back-Channel Logout 1.0 section 2.4; `undefined` takes a claim out. */
  async logoutToken(claims: Claims, typ = 'logout+jwt'): Promise<string> {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const iat = nowSeconds()
    return this.#sign({ iss: this.url, aud: CLIENT, iat, exp: iat + 120, jti: randomUUID(), events, ...claims }, typ)
  }

  /** RFC 8417: an event of that type about that subject. */
  async securityEvent(type: string, subject: Claims, audience: string): Promise<string> {
    const claims = { iss: this.url, aud: audience, iat: nowSeconds(), jti: randomUUID(), sub_id: subject, events: { [type]: {} } }
    return this.#sign(claims, 'secevent+jwt')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, this.#description())
      case '/jwks':
        return json(response, 200, { keys: this.#pairs.map(({ jwk }) => jwk) })
      case '/authorize':
        return this.#authorize(url.searchParams, response)
      case '/token':
        return this.#token(request, response)
      case '/userinfo':
        return json(response, 200, { sub: this.person['sub'], ...this.told })
      default:
        response.writeHead(404).end()
    }
  }

  #description(): Claims {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      userinfo_endpoint: `${this.url}/userinfo`,
      jwks_uri: `${this.url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [this.#algorithm],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...this.metadata,
    }
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    this.visits.push(query)
    const isRight =
      query.get('client_id') === CLIENT && query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256'
    if (!isRight) return void response.writeHead(400).end()
    const redirect = query.get('redirect_uri') ?? ''
    const code = randomUUID()
    const nonce = query.get('nonce') ?? undefined
    this.#grants.set(code, { redirect, challenge: query.get('code_challenge') ?? '', nonce, claims: this.person })
    const back = new URL(redirect)
    // What some large ones add of their own.
    const members = {
      code,
      state: query.get('state') ?? '',
      ...(this.sendsIss ? { iss: this.url } : {}),
      session_state: 'abc.def',
      authuser: '0',
    }
    for (const [name, value] of Object.entries(members)) back.searchParams.set(name, value)
    response.writeHead(303, { location: back.href }).end()
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    if (this.answering === 'none') return void response.destroy()
    if (this.answering === 'error') return json(response, 503, { error: 'temporarily_unavailable' })
    const form = new URLSearchParams(body)
    const grant = this.#grants.get(form.get('code') ?? '')
    this.#grants.delete(form.get('code') ?? '')
    const [user = '', password = ''] = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':')
    const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
    const [client, secret] = this.takesPost ? [form.get('client_id'), form.get('client_secret')] : [decoded(user), decoded(password)]
    if (client !== CLIENT || secret !== SECRET) return json(response, 401, { error: 'invalid_client' })
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (grant === undefined || grant.redirect !== form.get('redirect_uri') || grant.challenge !== challenge) {
      return json(response, 400, { error: 'invalid_grant' })
    }
    if (this.rotatesBeforeSigning) await this.rotate()
    const iat = nowSeconds()
    const claims = { iss: this.url, aud: CLIENT, iat, exp: iat + 300, auth_time: iat, nonce: grant.nonce, ...grant.claims, ...this.twisted }
    json(response, 200, { access_token: 'opaque', token_type: 'Bearer', expires_in: 300, id_token: await this.#sign(claims, 'JWT') })
  }

  async #sign(claims: Claims, typ: string): Promise<string> {
    const [pair] = this.#pairs
    assert.ok(pair !== undefined)
    const { privateKey } = this.signsElsewhere ? await newPair(pair.kid, this.#algorithm) : pair
    const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
    if (this.signsNothing) return new UnsecuredJWT(present).encode()
    const kid = this.namesNoKey ? {} : { kid: pair.kid }
    return new SignJWT(present).setProtectedHeader({ alg: this.#algorithm, ...kid, typ }).sign(privateKey)
  }
}

async function newPair(kid: string, algorithm: Algorithm): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm)
  // Without `alg`, as one large provider publishes them.
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } }
}

function json(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(document))
}
