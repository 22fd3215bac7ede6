import { AuthError, newId, newSecret, type Platform } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import { actOn } from '../audit/index.ts'
import { type ClientRequest, type ClientSettings, settingsOf } from './client-settings.ts'
import type { OAuthClientStore } from './client-store.ts'
import { logoutUriInvalid } from './logout-uri.ts'
import type { CertificateSupport } from './mutual-tls.ts'
import type { ClientRegistration, OAuthClient } from './oauth-client.ts'
import { certificatesOf, requireSupport } from './tls-client-auth.ts'

/** What is left out stays as it is. A link that is there and undefined is taken away. */
export type ClientChange = {
  readonly [Member in keyof Omit<ClientRequest, 'kind' | 'backchannelLogoutUri'>]?: ClientRequest[Member] | undefined
} & {
  /** Null: it is told no more. */
  readonly backchannelLogoutUri?: string | null | undefined
  /** Of a client that has registered by itself: an operator stands by it. */
  readonly isVerified?: boolean | undefined
}

export interface IssuedClient {
  readonly client: OAuthClient
  /** Shown once, kept as a hash. Undefined for who has none. */
  readonly secret: string | undefined
}

export interface OAuthClientsOptions {
  readonly store: OAuthClientStore
  readonly platform: Platform
  /** What clients can be asked to prove themselves by. */
  readonly certificates: CertificateSupport
  /** Whether an address that a client names may be called. */
  readonly mayCall: (uri: string) => boolean
  /** Told when a client has gone, so that nothing waits for it any more. */
  readonly onRemoved: (id: string) => Promise<unknown>
}

const SECRET_PREFIX = 'cs_cli'
/** Longer than any of ours, whose form need not be looked at: what has their hash has it. */
const LONGEST_SECRET = 128
const DAY_SECONDS = 86_400
/** Of two who change a client at once one has to look at it anew; so often at most. */
const ATTEMPTS = 5

/** Applications of others, and what they prove themselves with. */
export class OAuthClients {
  readonly #store: OAuthClientStore
  readonly #platform: Platform
  readonly #options: OAuthClientsOptions

  constructor(options: OAuthClientsOptions) {
    this.#store = options.store
    this.#platform = options.platform
    this.#options = options
  }

  /** @throws {AuthError} `request_invalid` for what would not be safe, or not work. */
  async create(request: ClientRequest): Promise<IssuedClient> {
    const issued = this.draft(request, undefined)
    await this.#store.add(issued.client)
    return issued
  }

  /** A client that nobody has stored yet. @throws {AuthError} as `create`. */
  draft(request: ClientRequest, registration: ClientRegistration | undefined): IssuedClient {
    const settings = this.#settingsOf(request, registration)
    requireSupport(settings, this.#options.certificates)
    const { kind, jwks, tlsAuth } = settings
    const hasSecret = kind === 'confidential' && jwks === undefined && tlsAuth === undefined
    const secret = hasSecret ? newSecret(SECRET_PREFIX, this.#platform.random) : undefined
    const client: OAuthClient = {
      ...settings,
      id: newId('cli', this.#platform.random),
      version: 0,
      secretHash: secret === undefined ? undefined : sha256Base64url(secret),
      formerSecretHash: undefined,
      formerUntil: undefined,
      disabledAt: undefined,
      createdAt: this.#platform.clock.now(),
    }
    actOn('client', client.id)
    return { client, secret }
  }

  /**
   * Changes what a client was registered as. How it proves itself stays. Where it loses something its tokens die, and what it fetches anew has
   * what is left.
   *
   * @throws {AuthError} `not_found`; `request_invalid` as `create`; `conflict` when others change it all the time.
   */
  async update(id: string, change: ClientChange): Promise<OAuthClient> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const client = await this.find(id)
      const updated = await this.replace(client, changed(client, change), changedRegistration(client, change))
      if (updated !== undefined) return updated
    }
    throw new AuthError('conflict', { client: id })
  }

  /**
   * @param client As it was read.
   * @returns undefined when somebody else has changed it since.
   * @throws {AuthError} `request_invalid` as `create`.
   */
  async replace(
    client: OAuthClient,
    request: ClientRequest,
    registration: ClientRegistration | undefined,
  ): Promise<OAuthClient | undefined> {
    const settings = this.#settingsOf(request, registration)
    if (settings.kind !== client.kind) throw invalid('/kind', 'stays as it is')
    if ((settings.jwks === undefined) !== (client.jwks === undefined))
      throw invalid('/jwks', 'are of clients that have none instead of a secret')
    if (settings.requiresCertificate && !client.requiresCertificate) requireSupport(settings, this.#options.certificates)
    if (settings.tlsAuth?.method !== client.tlsAuth?.method) throw invalid('/token_endpoint_auth_method', 'stays as it is')
    const updated = { ...client, ...settings }
    const at = this.#platform.clock.now()
    return (await this.#store.update({ client: updated, narrows: isNarrower(client, updated), at })) ? updated : undefined
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
    await this.#options.onRemoved(id)
  }

  /** Whether this is the client's secret, or was until lately. */
  hasSecret({ secretHash, formerSecretHash, formerUntil = 0 }: OAuthClient, presented: string): boolean {
    if (presented.length > LONGEST_SECRET) return false
    const hash = sha256Base64url(presented)
    const isCurrent = secretHash !== undefined && equalText(secretHash, hash)
    const isFormer = formerSecretHash !== undefined && equalText(formerSecretHash, hash)
    return isCurrent || (isFormer && this.#platform.clock.now() < formerUntil)
  }

  #settingsOf(request: ClientRequest, registration: ClientRegistration | undefined): ClientSettings {
    const settings = settingsOf(request, registration)
    const { backchannelLogoutUri: uri } = settings
    if (uri !== undefined && !this.#options.mayCall(uri)) throw logoutUriInvalid('must lead into the public network')
    return settings
  }
}

/** What is given, over what is there. */
function changed(client: OAuthClient, { isVerified: _isVerified, links, ...change }: ClientChange): ClientRequest {
  const named = Object.entries(change).filter(([, value]) => value !== undefined)
  const given = Object.fromEntries(named.map(([member, value]) => [member, value ?? undefined]))
  return { ...client, ...given, links: { ...client.links, ...links } }
}

/** What an operator takes away, a client does not take back by itself. */
function changedRegistration({ registration }: OAuthClient, change: ClientChange): ClientRegistration | undefined {
  const { isVerified, grantTypes, scopes } = change
  if (registration === undefined) {
    if (isVerified === undefined) return undefined
    throw invalid('/verified', 'is of clients that have registered by themselves')
  }
  const { limits } = registration
  return {
    ...registration,
    limits: { kinds: limits.kinds, grantTypes: grantTypes ?? limits.grantTypes, scopes: scopes ?? limits.scopes },
    isVerified: isVerified ?? registration.isVerified,
  }
}

/** Tokens of before say more than is true now. */
function isNarrower(before: OAuthClient, after: OAuthClient): boolean {
  const isGone = (kept: readonly string[]) => (each: string) => !kept.includes(each)
  const hasLost = before.scopes.some(isGone(after.scopes)) || before.grantTypes.some(isGone(after.grantTypes))
  const isBound = (after.requiresDpop && !before.requiresDpop) || (after.requiresCertificate && !before.requiresCertificate)
  // Who takes a certificate away means what is bound to it as well.
  return hasLost || isBound || certificatesOf(before).some(isGone(certificatesOf(after)))
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
