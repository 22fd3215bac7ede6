/** Where everything is, below the issuer. */
export const endpoints = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  pushed_authorization_request: '/oauth/par',
  device_authorization: '/oauth/device',
  code_verification: '/device',
  jwks: '/.well-known/jwks.json',
} as const

/** The page that the library sends people to when it needs something of them. */
export const CONSENT_PATH = '/oauth/consent'

/** The cookie that we make up on the way in and take away on the way out: no browser ever has it. */
export const SESSION_COOKIE = 'cs_oauth_session'

/** So long after the first refresh token, all that succeed it end. */
export const REFRESH_DAYS = 90

export const ID_TOKEN_SECONDS = 3600

/** Those of OpenID Connect that stand in access tokens. */
export const tokenScopes: readonly string[] = ['openid', 'profile', 'email']
export const oidcScopes: readonly string[] = [...tokenScopes, 'offline_access']
