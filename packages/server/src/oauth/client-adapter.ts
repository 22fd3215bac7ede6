import { encodeBase64url } from 'countersign/core'
import { hmacKey, hmacSha256, type HmacKey } from 'countersign/crypto'
import type { PublicJwk } from 'countersign/key'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { MasterSecret } from '../signing/index.ts'
import type { OAuthClientStore } from './client-store.ts'
import { currentCall, noteSeen } from './oauth-call.ts'
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
    const call = currentCall()
    if (call.client?.id === id) return call.clientMetadata
    const seen = await this.#ground.store.findSeen(id)
    if (seen === undefined || seen.client.disabledAt !== undefined) return undefined
    noteSeen(seen.rev)
    call.client = seen.client
    call.clientMetadata = this.#metadataOf(seen.client)
    return call.clientMetadata
  }

  #metadataOf(client: OAuthClient): AdapterPayload {
    const { kind, jwks, tlsAuth } = client
    const isSecret = kind === 'confidential' && jwks === undefined && tlsAuth === undefined
    return {
      client_id: client.id,
      client_name: client.name,
      application_type: kind === 'native' ? 'native' : 'web',
      redirect_uris: [...client.redirectUris],
      response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
      grant_types: [...client.grantTypes],
      token_endpoint_auth_method: isSecret
        ? (currentCall().secret?.method ?? 'client_secret_basic')
        : (tlsAuth?.method ?? (kind === 'confidential' ? 'private_key_jwt' : 'none')),
      ...(tlsAuth?.method === 'tls_client_auth' ? { [tlsAuth.property]: tlsAuth.value } : {}),
      ...(isSecret ? { client_secret: this.#secretOf(client) } : {}),
      ...(jwks === undefined ? {} : { jwks: { keys: [...jwks.keys] } }),
      id_token_signed_response_alg: this.#algorithm,
      dpop_bound_access_tokens: client.requiresDpop,
      require_pushed_authorization_requests: client.requiresPush,
      require_signed_request_object: client.requiresSigning,
      tls_client_certificate_bound_access_tokens: client.requiresCertificate,
      // Who is told at all is told which session, so that their ID tokens name it as well.
      ...(client.backchannelLogoutUri === undefined
        ? {}
        : { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true }),
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
