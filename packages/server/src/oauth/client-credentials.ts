import { type Clock, newId, type Random, toEpochSeconds } from 'countersign/core'
import { jwsAlgorithms } from 'countersign/crypto'
import { type AccessTokenClaims, signAccessToken, signAccessTokenInBackground } from 'countersign/token'
import type { SigningKeys } from '../signing/index.ts'
import type { OAuthClientStore } from './client-store.ts'
import { oidcScopes } from './endpoint.ts'
import type { PresentedCertificate } from './oauth-call.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { OAuthClients } from './oauth-clients.ts'

export interface ClientCredentialsGround {
  readonly issuer: string
  /** Who may be named as `resource`; the first is meant where none is named. */
  readonly audience: readonly [string, ...string[]]
  readonly accessTokenSeconds: number
  readonly store: OAuthClientStore
  readonly clients: OAuthClients
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly random: Random
}

/** What is shown at the token endpoint. */
export interface TokenMessage {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array
  readonly certificate: PresentedCertificate | undefined
}

/** A request that nothing has to be asked about. */
interface PlainRequest {
  readonly id: string
  readonly secret: string
  readonly scope: readonly string[]
  readonly resource: string | undefined
}

/** With these the request is about more than a secret: a proof of possession, a page of another origin, a body in a coding. */
const uncommon: readonly string[] = ['dpop', 'origin', 'content-encoding']
const GRANT = 'client_credentials'
/** Of ids and secrets of ours: nothing in them needs decoding. */
const plainText = /^[\w-]{1,128}$/
const MAXIMUM_BODY = 4096

/**
 * The answer to the commonest question of machines, client credentials with a secret (RFC 6749 section 4.4, RFC 9068), without the protocol
 * library, which takes twice as long for it. Says yes or nothing: whatever is not plainly to be granted is for the library to look at and to refuse.
 */
export class ClientCredentials {
  readonly #ground: ClientCredentialsGround

  constructor(ground: ClientCredentialsGround) {
    this.#ground = ground
  }

  /** @returns undefined when the request is not plain, or not to be granted. */
  async answer(message: TokenMessage): Promise<Response | undefined> {
    const asked = plainRequest(message)
    if (asked === undefined) return undefined
    const { store, clients, audience, clock, random, issuer, accessTokenSeconds } = this.#ground
    // The head of the log is read in one with the client, of which the token tells (DESIGN 4).
    const seen = await store.findSeen(asked.id)
    const aud = asked.resource ?? audience[0]
    if (seen === undefined || !audience.includes(aud) || !isPlain(seen.client)) return undefined
    // The scopes of OpenID Connect are about a person, and here is none.
    const mayHave = (scope: string): boolean => seen.client.scopes.includes(scope) && !oidcScopes.includes(scope)
    if (!clients.hasSecret(seen.client, asked.secret) || !asked.scope.every(mayHave)) return undefined
    const iat = toEpochSeconds(clock.now())
    const exp = iat + accessTokenSeconds
    const jti = newId('jti', random)
    const scope = asked.scope.join(' ')
    const accessToken = await this.#sign({ jti, sub: asked.id, iat, exp, scope, client_id: asked.id, iss: issuer, aud, rev: seen.rev })
    const answer = { access_token: accessToken, expires_in: accessTokenSeconds, token_type: 'Bearer', scope }
    return new Response(JSON.stringify(answer), {
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
    })
  }

  async #sign(claims: AccessTokenClaims): Promise<string> {
    const key = this.#ground.keys.current('access-token')
    return jwsAlgorithms[key.algorithm].isCostly ? signAccessTokenInBackground(claims, key) : signAccessToken(claims, key)
  }
}

/** It proves itself by a secret, and its tokens are bound to nothing. */
function isPlain({ kind, grantTypes, jwks, tlsAuth, requiresDpop, requiresCertificate, disabledAt }: OAuthClient): boolean {
  const isSecret = kind === 'confidential' && jwks === undefined && tlsAuth === undefined
  return isSecret && grantTypes.includes(GRANT) && !requiresDpop && !requiresCertificate && disabledAt === undefined
}

/** Each parameter once, and none beside those that the grant knows. */
function plainRequest({ method, headers, body, certificate }: TokenMessage): PlainRequest | undefined {
  if (method !== 'POST' || certificate !== undefined || body.length > MAXIMUM_BODY) return undefined
  if (headers.get('content-type') !== 'application/x-www-form-urlencoded' || uncommon.some((name) => headers.has(name))) return undefined
  const form = formOf(body)
  if (form === undefined) return undefined
  const { grant_type: grant, scope = '', resource, client_id: postedId, client_secret: postedSecret, ...others } = Object.fromEntries(form)
  const header = headers.get('authorization')
  const isTwice = header !== null && (postedId ?? postedSecret) !== undefined
  if (grant !== GRANT || isTwice || Object.keys(others).length > 0) return undefined
  const { id = '', secret = '' } = header === null ? { id: postedId, secret: postedSecret } : basicCredentials(header)
  const scopes = scope.split(' ')
  if (new Set(scopes).size !== scopes.length || scopes.includes('')) return undefined
  return plainText.test(id) && plainText.test(secret) ? { id, secret, scope: scopes, resource } : undefined
}

/** @returns undefined for what is no form, or has a parameter twice or without a value. */
function formOf(body: Uint8Array): ReadonlyMap<string, string> | undefined {
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))) {
    if (value === '' || form.has(name)) return undefined
    form.set(name, value)
  }
  return form
}

/** RFC 6749 section 2.3.1. */
function basicCredentials(header: string): { readonly id?: string; readonly secret?: string } {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  if (encoded === undefined) return {}
  const text = Buffer.from(encoded, 'base64').toString('latin1')
  const colon = text.indexOf(':')
  return colon < 0 ? {} : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
