import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { Federation, loadOpenIdClient, OpenIdProvider } from '../account/federation/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { isSecurePlace } from './config-browser.ts'
import { SealedCookie } from './page/sealed-cookie.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly secret: MasterSecret
}

export interface FederationServices {
  readonly federation: Federation
  readonly federationCookies: {
    /** A browser that was sent to another provider. */
    readonly attempt: SealedCookie
    /** An identity that waits until its person says that it is to be connected. */
    readonly offer: SealedCookie
  }
}

const MINUTE = 60

/** Sign-in with other providers; without any configured it is there, and knows none. */
export function composeFederation(store: Store, { config, platform, log, secret }: Ground): FederationServices {
  const { issuer, production, identityProviders } = config
  const { clock, random } = platform
  const base = issuer.replace(/\/+$/, '')
  const isSecure = isSecurePlace(issuer, production)
  const sealed = (name: string): SealedCookie => new SealedCookie({ name, lifeSeconds: 10 * MINUTE, isSecure, secret, clock, random })
  const providers = identityProviders.map(
    (provider) =>
      new OpenIdProvider({ provider, callback: `${base}/federation/${provider.id}/callback`, platform, load: loadOpenIdClient }),
  )
  const federation = new Federation({
    providers,
    store: store.federation,
    users: store.users,
    replay: store.replay,
    platform,
    onEnded: ({ session, user }) => log.info({ event: 'ended_upstream', session, user }, 'session'),
  })
  return { federation, federationCookies: { attempt: sealed('cs_federation'), offer: sealed('cs_identity') } }
}
