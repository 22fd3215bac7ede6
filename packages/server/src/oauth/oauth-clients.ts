import { AuthError, newId, newSecret, parseSecret, type Platform } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import type { OAuthClientStore } from './client-store.ts'
import { type ClientKind, type GrantType, type OAuthClient, requireRedirectUris } from './oauth-client.ts'

export interface ClientRequest {
  readonly name: string
  readonly kind: ClientKind
  readonly redirectUris?: readonly string[] | undefined
  readonly postLogoutRedirectUris?: readonly string[] | undefined
  /** Default: what the kind is for. */
  readonly grantTypes?: readonly GrantType[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly requiresDpop?: boolean | undefined
  readonly jwks?: OAuthClient['jwks']
}

export interface IssuedClient {
  readonly client: OAuthClient
  /** Shown once, kept as a hash. Undefined for who has none. */
  readonly secret: string | undefined
}

const SECRET_PREFIX = 'cs_cli'
const DAY_SECONDS = 86_400
const MAXIMUM_NAME = 100
const MAXIMUM_SCOPES = 100
/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/

const DEVICE: GrantType = 'urn:ietf:params:oauth:grant-type:device_code'

const presets: Readonly<Record<ClientKind, readonly GrantType[]>> = {
  confidential: ['authorization_code', 'refresh_token'],
  public: ['authorization_code', 'refresh_token'],
  native: ['authorization_code', 'refresh_token'],
}

/** Applications of others, and what they prove themselves with. */
export class OAuthClients {
  readonly #store: OAuthClientStore
  readonly #platform: Platform

  constructor(options: { readonly store: OAuthClientStore; readonly platform: Platform }) {
    this.#store = options.store
    this.#platform = options.platform
  }

  /** @throws {AuthError} `request_invalid` for what would not be safe, or not work. */
  async create(request: ClientRequest): Promise<IssuedClient> {
    const { kind, redirectUris = [], postLogoutRedirectUris = [], scopes = [], jwks, requiresDpop = false } = request
    const grantTypes = request.grantTypes ?? presets[kind]
    requireRedirectUris(redirectUris, kind)
    requireRedirectUris(postLogoutRedirectUris, kind)
    requireGrants(kind, grantTypes, redirectUris)
    if (scopes.length > MAXIMUM_SCOPES || !scopes.every((scope) => scopeToken.test(scope))) throw invalid('/scopes', 'must be scopes')
    if (jwks !== undefined && kind !== 'confidential') throw invalid('/jwks', 'are for confidential clients')
    const secret = kind === 'confidential' && jwks === undefined ? newSecret(SECRET_PREFIX, this.#platform.random) : undefined
    const client: OAuthClient = {
      id: newId('cli', this.#platform.random),
      kind,
      name: checkedName(request.name),
      redirectUris,
      postLogoutRedirectUris,
      grantTypes,
      scopes: [...new Set(scopes)],
      requiresDpop,
      jwks,
      secretHash: secret === undefined ? undefined : sha256Base64url(secret),
      formerSecretHash: undefined,
      formerUntil: undefined,
      disabledAt: undefined,
      createdAt: this.#platform.clock.now(),
    }
    await this.#store.add(client)
    return { client, secret }
  }

  /** @throws {AuthError} `not_found`. */
  async find(id: string): Promise<OAuthClient> {
    const client = await this.#store.find(id)
    if (client === undefined) throw new AuthError('not_found', { client: id })
    return client
  }

  list(): Promise<readonly OAuthClient[]> {
    return this.#store.list()
  }

  /**
   * Makes a new secret. The one of before is taken for a while, so that the client can be changed over; the one before that at once not any more.
   *
   * @throws {AuthError} `not_found` when there is no such client, or it has no secret.
   */
  async rotateSecret(id: string, overlapSeconds: number = DAY_SECONDS): Promise<string> {
    const secret = newSecret(SECRET_PREFIX, this.#platform.random)
    const at = this.#platform.clock.now()
    const rotation = { id, secretHash: sha256Base64url(secret), formerUntil: at + overlapSeconds * 1000, at }
    if (!(await this.#store.rotateSecret(rotation))) throw new AuthError('not_found', { client: id })
    return secret
  }

  /** @throws {AuthError} `not_found`. */
  async setDisabled(id: string, isDisabled: boolean): Promise<void> {
    if (!(await this.#store.setDisabled(id, isDisabled, this.#platform.clock.now()))) throw new AuthError('not_found', { client: id })
  }

  /** @throws {AuthError} `not_found`. */
  async remove(id: string): Promise<void> {
    if (!(await this.#store.remove(id, this.#platform.clock.now()))) throw new AuthError('not_found', { client: id })
  }

  /** Whether this is the client's secret, or was until lately. */
  hasSecret({ secretHash, formerSecretHash, formerUntil = 0 }: OAuthClient, presented: string): boolean {
    try {
      parseSecret(SECRET_PREFIX, presented)
    } catch {
      return false
    }
    const hash = sha256Base64url(presented)
    const isCurrent = secretHash !== undefined && equalText(secretHash, hash)
    const isFormer = formerSecretHash !== undefined && equalText(formerSecretHash, hash)
    return isCurrent || (isFormer && this.#platform.clock.now() < formerUntil)
  }
}

/** Grants that would leave a door open, or lead nowhere. */
function requireGrants(kind: ClientKind, grants: readonly GrantType[], redirectUris: readonly string[]): void {
  const has = (grant: GrantType): boolean => grants.includes(grant)
  if (grants.length === 0) throw invalid('/grant_types', 'must not be empty')
  if (has('client_credentials') && kind !== 'confidential')
    throw invalid('/grant_types', 'allow client_credentials to confidential clients alone')
  if (has('refresh_token') && !has('authorization_code') && !has(DEVICE))
    throw invalid('/grant_types', 'need one that refresh_token goes back to')
  if (has('authorization_code') && redirectUris.length === 0) throw invalid('/redirect_uris', 'must not be empty')
  if (!has('authorization_code') && redirectUris.length > 0) throw invalid('/redirect_uris', 'are for authorization_code')
}

function checkedName(name: string): string {
  const trimmed = name.trim()
  const bad = trimmed === '' || trimmed.length > MAXIMUM_NAME || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed)
  if (bad) throw invalid('/name', `must have 1 to ${MAXIMUM_NAME} printable characters`)
  return trimmed
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
