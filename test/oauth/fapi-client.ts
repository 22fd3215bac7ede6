import { createHash, randomUUID } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { follow, type OAuthWorld, type Person, REDIRECT, type RegisteredClient } from './oauth-world.ts'

type Fields = Readonly<Record<string, string | undefined>>
type Claims = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

/** A key pair, and how what it signs says so. */
export interface Signer {
  readonly alg: string
  readonly kid?: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function newSigner(alg: string, kid?: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, ...(kid === undefined ? {} : { kid }), privateKey, jwk: await exportJWK(publicKey) }
}

/** The same key, used for another algorithm. */
export const usedAs = async (alg: string, signer: Signer): Promise<Signer> => {
  const privateKey = (await importJWK(await exportJWK(signer.privateKey), alg)) as CryptoKey // of an asymmetric key
  return { ...signer, alg, privateKey }
}

/** `undefined` takes something out. */
const present = <Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter((pair): pair is [string, Value] => pair[1] !== undefined))

export const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')
export const now = (): number => Math.floor(Date.now() / 1000)

/** A client that proves itself by its own key and binds what it gets to another, made by hand: so that a test can make one thing wrong. */
export class FapiClient {
  readonly world: OAuthWorld
  readonly id: string
  readonly signer: Signer
  readonly proof: Signer

  private constructor(world: OAuthWorld, { id }: RegisteredClient, signer: Signer, proof: Signer) {
    this.world = world
    this.id = id
    this.signer = signer
    this.proof = proof
  }

  /** @param keys More that it has registered. */
  static async open(world: OAuthWorld, keys: readonly JWK[] = [], change: Claims = {}): Promise<FapiClient> {
    const signer = await newSigner('ES256', 'k1')
    const jwks = { keys: [{ ...signer.jwk, alg: 'ES256', use: 'sig', kid: 'k1' }, ...keys] }
    return new FapiClient(world, await world.client({ jwks, requires_dpop: true, ...change }), signer, await newSigner('ES256'))
  }

  /** RFC 7523 section 2.2. */
  async assertion(change: Claims = {}, { alg, kid, privateKey }: Signer = this.signer): Promise<string> {
    const claims = { iss: this.id, sub: this.id, aud: this.world.url, iat: now(), exp: now() + 60, jti: randomUUID(), ...change }
    return new SignJWT(present(claims)).setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) }).sign(privateKey)
  }

  /** RFC 9449 section 4.2, for one of our endpoints. */
  async dpop(path: string, change: Claims = {}, header: Claims = {}, { alg, jwk, privateKey }: Signer = this.proof): Promise<string> {
    const claims = { htm: 'POST', htu: `${this.world.url}${path}`, iat: now(), jti: randomUUID(), ...change }
    return new SignJWT(present(claims)).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header }).sign(privateKey)
  }

  thumbprint(signer: Signer = this.proof): Promise<string> {
    return calculateJwkThumbprint(signer.jwk)
  }

  /** What it asks for, as far as it is always the same. */
  request(verifier: string, change: Fields = {}): Fields {
    const challenge = { code_challenge: s256(verifier), code_challenge_method: 'S256' }
    return { client_id: this.id, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid orders:read', ...challenge, ...change }
  }

  /** RFC 9101. */
  async requestObject(verifier: string, change: Claims = {}, { alg, kid, privateKey }: Signer = this.signer): Promise<string> {
    const claims = { iss: this.id, aud: this.world.url, nbf: now(), exp: now() + 60, ...this.request(verifier), ...change }
    return new SignJWT(present(claims))
      .setProtectedHeader({ alg, typ: 'oauth-authz-req+jwt', ...(kid === undefined ? {} : { kid }) })
      .sign(privateKey)
  }

  /** Sends a form with an assertion, unless `fields` have another or take it out. */
  async post(path: string, fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const all = { client_assertion_type: type, client_assertion: await this.assertion(), ...fields }
    const response = await fetch(this.world.url + path, { method: 'POST', headers, body: new URLSearchParams(present(all)) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
  }

  /** @returns the `request_uri`, or what it was refused with. */
  async push(fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const { body } = await this.post('/oauth/par', fields, headers)
    return body['request_uri'] ?? body['error'] ?? ''
  }

  async redeem(code: string, code_verifier: string | undefined, dpop?: string, change: Fields = {}): Promise<Answer> {
    const proof = dpop ?? (await this.dpop('/oauth/token'))
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier, ...change }
    return this.post('/oauth/token', fields, proof === '' ? {} : { dpop: proof })
  }
}

/** Somebody who allows what is asked for. */
export class Allowing {
  readonly #world: OAuthWorld
  readonly #browser: Awaited<ReturnType<OAuthWorld['browser']>>

  private constructor(world: OAuthWorld, browser: Awaited<ReturnType<OAuthWorld['browser']>>) {
    this.#world = world
    this.#browser = browser
  }

  static async open(world: OAuthWorld, { email }: Person): Promise<Allowing> {
    return new Allowing(world, await world.browser(email))
  }

  /** @returns what the client is called back with; undefined when the browser is left on a page that says what is wrong. */
  async visit(query: Fields): Promise<URLSearchParams | undefined> {
    const asked = await follow(this.#browser, this.#world.url, `/oauth/authorize?${new URLSearchParams(present(query))}`)
    const isConsent = asked.url === undefined && asked.page.html.includes('value="allow"')
    const { url } = isConsent ? await follow(this.#browser, this.#world.url, await this.#browser.send(asked.page, 'allow')) : asked
    return url?.searchParams
  }
}
