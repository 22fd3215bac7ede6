import { type Clock, newId, type Random, toEpochSeconds } from 'countersign/core'
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims, signJwsPromptly } from 'countersign/token'
import type { SigningKeys } from '../signing/index.ts'
import type { OAuthClientStore } from './client-store.ts'
import { oidcScopes } from './endpoint.ts'
import type { OAuthClients } from './oauth-clients.ts'
import { isPlainClient, type PlainRequest } from './plain-request.ts'
import { TokenAnswer } from './token-answer.ts'

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

/**
 * The answer to the commonest question of machines, client credentials with a secret (RFC 6749 section 4.4, RFC 9068), without the protocol
 * library, which takes twice as long for it. Says yes or nothing: whatever is not plainly to be granted is for the library to look at and to refuse.
 */
export class ClientCredentials {
  readonly #ground: ClientCredentialsGround

  constructor(ground: ClientCredentialsGround) {
    this.#ground = ground
  }

  /** @returns undefined when it is not to be granted, or not plainly. */
  async answer(asked: PlainRequest): Promise<TokenAnswer | undefined> {
    const { scope: wanted = '', resource, ...others } = asked.parameters
    const scopes = wanted.split(' ')
    if (Object.keys(others).length > 0 || new Set(scopes).size !== scopes.length || scopes.includes('')) return undefined
    const { store, clients, keys, audience, clock, random, issuer, accessTokenSeconds } = this.#ground
    // The head of the log is read in one with the client, of which the token tells (DESIGN 4).
    const seen = await store.findSeen(asked.client)
    const aud = resource ?? audience[0]
    if (seen === undefined || !audience.includes(aud) || !isPlainClient(seen.client, asked, clients)) return undefined
    // The scopes of OpenID Connect are about a person, and here is none.
    const mayHave = (scope: string): boolean => seen.client.scopes.includes(scope) && !oidcScopes.includes(scope)
    if (asked.secret === undefined || !seen.client.grantTypes.includes('client_credentials') || !scopes.every(mayHave)) return undefined
    const iat = toEpochSeconds(clock.now())
    const scope = scopes.join(' ')
    const claims: AccessTokenClaims = {
      jti: newId('jti', random),
      sub: seen.client.id,
      iat,
      exp: iat + accessTokenSeconds,
      scope,
      client_id: seen.client.id,
      iss: issuer,
      aud,
      rev: seen.rev,
    }
    const accessToken = await signJwsPromptly(ACCESS_TOKEN_TYPE, claims, keys.current('access-token'))
    return new TokenAnswer({ access_token: accessToken, expires_in: accessTokenSeconds, token_type: 'Bearer', scope })
  }
}
