import { AuthError, type Platform } from 'countersign/core'
import type { FederationAttempt } from './federation-attempt.ts'
import type { FederatedPerson, IdentityProvider } from './identity-provider.ts'
import { personOf, requireText } from './id-token.ts'
import { type LogoutClaims, logoutClaims } from './logout-token.ts'
import type { Configuration, GrantedTokens, LoadOpenIdClient, OpenIdClientLibrary } from './openid-client-library.ts'
import { ProviderKeys } from './provider-keys.ts'

export interface OpenIdProviderOptions {
  readonly provider: IdentityProvider
  /** Where it sends people back to: one address for each provider, so that an answer of one is never taken for that of another. */
  readonly callback: string
  readonly platform: Platform
  readonly load: LoadOpenIdClient
}

const TIMEOUT_SECONDS = 10
/** As long as the description of a provider is believed without asking for it again. */
const METADATA_MAX_AGE_MS = 3_600_000
/** Who is to prove anew who they are has done so since they were sent there; with its clock as far off as that. */
const FRESH_SECONDS = 300
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** One other provider, spoken to by `openid-client`: discovery, code with PKCE, state and nonce, ID token. */
export class OpenIdProvider {
  readonly #options: OpenIdProviderOptions
  readonly #keys: ProviderKeys
  #known: { readonly configuration: Configuration; readonly atMs: number } | undefined

  constructor(options: OpenIdProviderOptions) {
    this.#options = options
    this.#keys = new ProviderKeys(options.provider, options.platform)
  }

  get settings(): IdentityProvider {
    return this.#options.provider
  }

  /** Where to send whoever has begun the attempt. @throws {AuthError} `provider_unavailable`. */
  async authorizationUrl(attempt: FederationAttempt): Promise<string> {
    const { callback, provider } = this.#options
    const { library, configuration } = await this.#open()
    return library.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope: provider.scope.join(' '),
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
      ...(attempt.purpose === 'step_up' ? { prompt: 'login', max_age: '0' } : {}),
    }).href
  }

  /**
   * Redeems the code of an answer.
   *
   * @param search The query that the browser came back with.
   * @throws {AuthError} `federation_failed` for an answer to another question, an error, a token that is not right; `provider_unavailable`.
   */
  async redeem(search: string, attempt: FederationAttempt): Promise<FederatedPerson> {
    const { callback, provider } = this.#options
    const { library, configuration } = await this.#open()
    const checks = {
      pkceCodeVerifier: attempt.verifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      ...(attempt.purpose === 'step_up' ? { maxAge: FRESH_SECONDS } : {}),
    }
    const tokens = await this.#ask(() => library.authorizationCodeGrant(configuration, new URL(callback + search), checks))
    // Issuer, audience, times and nonce were checked; whose signature it bears was not.
    const claims = await this.#keys.verify(requireText(tokens.id_token, provider.id, 'id_token'), ['jwt', ''])
    const person = personOf(claims, provider)
    return person.email === undefined ? this.#withUserInfo(person, tokens) : person
  }

  /** @throws {AuthError} `federation_failed`, `provider_unavailable`. */
  async logout(compact: string, nowSeconds: number): Promise<LogoutClaims> {
    return logoutClaims(await this.#keys.verify(compact, ['logout+jwt']), this.#options.provider, nowSeconds)
  }

  /** Some tell the address there alone. */
  async #withUserInfo(person: FederatedPerson, { access_token: accessToken }: GrantedTokens): Promise<FederatedPerson> {
    const { provider } = this.#options
    const { library, configuration } = await this.#open()
    if (!provider.scope.includes('email') || configuration.serverMetadata().userinfo_endpoint === undefined) return person
    const told = await this.#ask(() => library.fetchUserInfo(configuration, accessToken, person.subject))
    const { email, isEmailVerified, name } = personOf({ ...told, sub: person.subject }, provider)
    return { ...person, email, isEmailVerified, name: person.name ?? name }
  }

  async #open(): Promise<{ readonly library: OpenIdClientLibrary; readonly configuration: Configuration }> {
    const { load, platform } = this.#options
    const library = await load()
    const nowMs = platform.clock.monotonicMs()
    if (this.#known === undefined || nowMs - this.#known.atMs > METADATA_MAX_AGE_MS) {
      this.#known = { configuration: await this.#discover(library), atMs: nowMs }
    }
    return { library, configuration: this.#known.configuration }
  }

  async #discover(library: OpenIdClientLibrary): Promise<Configuration> {
    const { provider, platform } = this.#options
    const { id, issuer, clientId, clientSecret, clientAuthentication } = provider
    const url = new URL(issuer)
    const show = clientAuthentication === 'post' ? library.ClientSecretPost : library.ClientSecretBasic
    const authentication = clientSecret === undefined ? library.None() : show(clientSecret)
    const isLocal = url.protocol === 'http:' && loopbackHosts.has(url.hostname)
    const options = {
      timeout: TIMEOUT_SECONDS,
      execute: isLocal ? [library.allowInsecureRequests] : [],
      [library.customFetch]: (address: string, init: RequestInit) => platform.fetch(address, init),
    }
    // Whatever is wrong with its description: nobody who signs in can do anything about it.
    const configuration = await library.discovery(url, clientId, undefined, authentication, options).catch((error: unknown) => {
      throw this.#refusal('provider_unavailable', error)
    })
    // The library takes the documents of some directories that speak for many issuers; whose subjects those are would be anybody's.
    if (configuration.serverMetadata().issuer !== issuer)
      throw new AuthError('provider_unavailable', { provider: id, reason: 'other_issuer' })
    return configuration
  }

  /** What goes wrong with an answer, as a refusal: what the provider wrote about it goes into no answer of ours. */
  #ask<T>(question: () => Promise<T>): Promise<T> {
    return question().catch((error: unknown) => {
      throw this.#refusal(isOutage(error) ? 'provider_unavailable' : 'federation_failed', error)
    })
  }

  #refusal(code: 'provider_unavailable' | 'federation_failed', cause: unknown): AuthError {
    const { code: problem, error } = factsOf(cause)
    const { id: provider } = this.#options.provider
    return new AuthError(
      code,
      { provider, ...(problem === undefined ? {} : { problem }), ...(error === undefined ? {} : { error }) },
      { cause },
    )
  }
}

const outages: readonly string[] = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'temporarily_unavailable', 'server_error']

/** It cannot answer now; everything else that it, or the library, says of an answer is a word about the answer. */
function isOutage(thrown: unknown): boolean {
  const { code = '', error = '', status = 0 } = factsOf(thrown)
  if (status >= 500 || outages.includes(code) || outages.includes(error)) return true
  return error === '' && !code.startsWith('OAUTH_')
}

/** An error code of OAuth, which is the only text of a stranger that goes into a log. */
const errorName = /^[a-z_]{1,64}$/

function factsOf(thrown: unknown): { readonly code?: string; readonly error?: string; readonly status?: number } {
  const { code, error, status, cause } = membersOf(thrown)
  // Of an answer that is no answer of this protocol, the answer itself is the cause.
  const answered = typeof status === 'number' ? status : membersOf(cause)['status']
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof error === 'string' && errorName.test(error) ? { error } : {}),
    ...(typeof answered === 'number' ? { status: answered } : {}),
  }
}

/** Looked into, and nothing believed. */
const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
