import { encodeBase64url } from 'countersign/core'
import { hmacKey, hmacSha256, type HmacKey } from 'countersign/crypto'
import type { PublicJwk } from 'countersign/key'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { MasterSecret } from '../signing/index.ts'
import type { OAuthClientStore } from './client-store.ts'
import { currentCall } from './oauth-call.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { OAuthClients } from './oauth-clients.ts'

export interface ClientGround {
  readonly store: OAuthClientStore
  readonly clients: OAuthClients
  readonly secret: MasterSecret
}

/**
 * Clients as the protocol library wants them. It compares secrets as texts, and we hold hashes: so it is handed the secret that was shown,
 * once that has proved right, and otherwise one that nobody knows.
 */
export class ClientAdapter implements Adapter {
  readonly #ground: ClientGround
  readonly #algorithm: PublicJwk['alg']
  readonly #unknown: HmacKey

  /** @param algorithm With which ID tokens are signed. */
  constructor(ground: ClientGround, algorithm: PublicJwk['alg']) {
    this.#ground = ground
    this.#algorithm = algorithm
    const [first] = ground.secret.purposeKeys('oauth-client-secret/1')
    if (first === undefined) throw new Error('a master secret without secrets')
    this.#unknown = hmacKey(first.key)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const client = await this.#ground.store.find(id)
    return client === undefined || client.disabledAt !== undefined ? undefined : this.#metadataOf(client)
  }

  #metadataOf(client: OAuthClient): AdapterPayload {
    const { kind, jwks } = client
    const isSecret = kind === 'confidential' && jwks === undefined
    return {
      client_id: client.id,
      client_name: client.name,
      application_type: kind === 'native' ? 'native' : 'web',
      redirect_uris: [...client.redirectUris],
      response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
      grant_types: [...client.grantTypes],
      token_endpoint_auth_method: isSecret
        ? (currentCall().secret?.method ?? 'client_secret_basic')
        : kind === 'confidential'
          ? 'private_key_jwt'
          : 'none',
      ...(isSecret ? { client_secret: this.#secretOf(client) } : {}),
      ...(jwks === undefined ? {} : { jwks: { keys: [...jwks.keys] } }),
      id_token_signed_response_alg: this.#algorithm,
      dpop_bound_access_tokens: client.requiresDpop,
    }
  }

  #secretOf(client: OAuthClient): string {
    const { secret } = currentCall()
    if (secret !== undefined && this.#ground.clients.hasSecret(client, secret.text)) return secret.text
    return encodeBase64url(hmacSha256(this.#unknown, client.id))
  }

  async upsert(): Promise<void> {}
  async destroy(): Promise<void> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
  async findByUserCode(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
}
