import { AuthError } from 'countersign/core'

/** What we use of `openid-client` 6 (OpenID Connect relying party). */
export interface OpenIdClientLibrary {
  discovery(server: URL, clientId: string, metadata: undefined, authentication: unknown, options: DiscoveryOptions): Promise<Configuration>
  ClientSecretBasic(secret: string): unknown
  ClientSecretPost(secret: string): unknown
  None(): unknown
  buildAuthorizationUrl(configuration: Configuration, parameters: Readonly<Record<string, string>>): URL
  calculatePKCECodeChallenge(verifier: string): Promise<string>
  authorizationCodeGrant(configuration: Configuration, url: URL, checks: GrantChecks): Promise<GrantedTokens>
  fetchUserInfo(configuration: Configuration, accessToken: string, subject: string): Promise<Readonly<Record<string, unknown>>>
  allowInsecureRequests(configuration: Configuration): void
  readonly customFetch: symbol
}

export interface DiscoveryOptions {
  readonly timeout: number
  readonly execute: readonly ((configuration: Configuration) => void)[]
  readonly [fetching: symbol]: unknown
}

export interface Configuration {
  serverMetadata(): { readonly issuer: string; readonly jwks_uri?: string; readonly userinfo_endpoint?: string }
}

export interface GrantChecks {
  readonly pkceCodeVerifier: string
  readonly expectedState: string
  readonly expectedNonce: string
  readonly maxAge?: number
}

export interface GrantedTokens {
  readonly access_token: string
  readonly id_token?: string
}

export type LoadOpenIdClient = () => Promise<OpenIdClientLibrary>

/** @throws {AuthError} `provider_unavailable` where the package is not installed. */
export async function loadOpenIdClient(): Promise<OpenIdClientLibrary> {
  try {
    // The library is stricter about its own types than we have to be: what is above is what we call.
    return (await import('openid-client')) as unknown as OpenIdClientLibrary
  } catch (error) {
    const problem = 'sign-in with other providers needs a package that is not installed: npm install openid-client'
    throw new AuthError('provider_unavailable', { problem }, { cause: error })
  }
}
