import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { StrangerLimit } from '../account/throttle/index.ts'
import { ArtifactPayloads, OAuthClients, openAuthorizationServer, RefreshSuccessors, type TokenEndpoints } from '../oauth/index.ts'
import type { AuthenticationContext } from '../session/acr.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import { certificateSupport } from './config-client-certificate.ts'
import type { ServerConfig } from './config.ts'
import type { Delivery } from './delivery.ts'
import { composeRegistration, type RegistrationPart } from './registration-services.ts'
import { showInspected } from './representation.ts'
import type { Services } from './services.ts'
import type { Telemetry } from './telemetry/index.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
  readonly log: Logger
  readonly telemetry: Pick<Telemetry, 'metrics'>
}

type Parts = Pick<Services, 'accounts' | 'keys' | 'inspection' | 'revocations' | 'roles'> & Pick<Delivery, 'mayCall'>

/** Everything about applications of others. Where that is not switched on they can be listed, and nothing more. */
export async function composeOAuth(
  store: Store,
  ground: Ground,
  parts: Parts,
): Promise<Pick<Services, 'oauthClients' | 'oauth' | RegistrationPart>> {
  const { config, platform, secret, log, telemetry } = ground
  const certificates = certificateSupport(config)
  const oauthClients = new OAuthClients({
    store: store.oauthClients,
    platform,
    certificates,
    mayCall: parts.mayCall,
    onRemoved: (id) => store.deliveries.remove(id),
  })
  const registration = composeRegistration(store, ground, { ...parts, oauthClients })
  if (!config.oauth) return { oauthClients, ...registration, oauth: undefined }
  const [first = config.issuer, ...rest] = config.audience
  const { clock, random } = platform
  const { issuer, accessTokenSeconds, dpopNonces } = config
  const oauth = await openAuthorizationServer(
    {
      issuer,
      audience: [first, ...rest],
      accessTokenSeconds,
      scopesOf: (client, user) => parts.roles.givenTo(client, user),
      scopesFrom: (facts) => parts.roles.given(facts),
      dpopNonces,
      certificates,
      mtlsUrl: config.mtlsUrl,
      store: store.oauth,
      clock,
      random,
      secret,
      accounts: parts.accounts,
      contextsOf: (user) => contextsOf(user, store),
      artifacts: {
        store: store.oauth,
        replay: store.replay,
        payloads: new ArtifactPayloads(secret, platform.random),
        successors: new RefreshSuccessors(secret),
        strangers: new StrangerLimit({
          store: store.throttle,
          limits: config,
          secret,
          clock,
          onHeld: () => telemetry.metrics.throttleRefusals.add(),
        }),
        clock,
        overlapMs: config.refreshOverlapSeconds * 1000,
      },
      clients: { store: store.oauthClients, clients: oauthClients, secret },
    },
    { keys: parts.keys, tokens: tokenEndpoints(issuer, parts), onFailure: (error) => log.error({ err: error }, 'a request failed') },
  )
  return { oauthClients, ...registration, oauth }
}

/** What a sign-in with all that the account has would be called. */
async function contextsOf(user: string, { factors, passkeys }: Store): Promise<readonly AuthenticationContext[]> {
  const [app, kept] = await Promise.all([factors.find(user), passkeys.list(user)])
  return [...(kept.length === 0 ? [] : ['phr' as const]), ...(app?.confirmedAt === undefined ? [] : ['mfa' as const])]
}

/** By the one rule that a verifier uses, and only for the client that the token was given to. */
function tokenEndpoints(issuer: string, { inspection, revocations }: Pick<Parts, 'inspection' | 'revocations'>): TokenEndpoints {
  const own = async (token: string, client: string) => {
    const inspected = await inspection.inspect(token)
    return inspected?.kind === 'access' && inspected.claims.client_id === client ? inspected : undefined
  }
  return {
    async revoke(token, client) {
      const inspected = await own(token, client)
      if (inspected === undefined) return
      await revocations.revoke({ target: { kind: 'token', id: inspected.claims.jti }, reason: 'token revocation request' })
    },
    introspect: async (token, client) => showInspected(await own(token, client), issuer),
  }
}
