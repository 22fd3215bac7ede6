import { createCsrfTokens } from 'countersign/cookie'
import type { CookieSource } from 'countersign'
import type { Platform } from 'countersign/core'
import type { MasterSecret } from '../signing/index.ts'
import { CrossOrigin, CsrfGuard, sessionBinding, SessionCookies } from './browser/index.ts'
import { isSecurePlace } from './config-browser.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
}

/** What browsers need: cookies, proof against other sites, and the list of those that may call. */
export function composeBrowser({ config, platform, secret }: Ground): Pick<Services, 'sessionCookies' | 'csrf' | 'crossOrigin'> & {
  /** How our own verifier finds a token in a cookie. */
  readonly cookieSource: CookieSource
} {
  const { issuer, production, origins, cookieDomain: domain, cookieSameSite: sameSite, cookieForm: form } = config
  const { clock, random } = platform
  const { origin } = new URL(issuer)
  const tokens = createCsrfTokens({ keys: secret.purposeKeys('csrf/1').map(({ key }) => key), random })
  const csrf = new CsrfGuard({ tokens, origin, origins })
  const sessionCookies = new SessionCookies({ isSecure: isSecurePlace(issuer, production), domain, sameSite, form, csrf, clock, random })
  const accepts = (token: string, session: string | undefined): boolean =>
    session !== undefined && tokens.accepts(token, sessionBinding(session))
  return {
    sessionCookies,
    csrf,
    crossOrigin: new CrossOrigin(origins, issuer),
    cookieSource: { name: sessionCookies.names.access, origin, origins, csrf: { accepts } },
  }
}
