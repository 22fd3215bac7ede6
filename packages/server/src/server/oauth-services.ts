import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { ArtifactPayloads, AuthorizationServer, OAuthClients, RefreshSuccessors, type TokenEndpoints } from '../oauth/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { showInspected } from './representation.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
  readonly log: Logger
}

type Parts = Pick<Services, 'accounts' | 'keys' | 'inspection' | 'revocations'>

/** Everything about applications of others. Where that is not switched on they can be listed, and nothing more. */
export function composeOAuth(store: Store, ground: Ground, parts: Parts): Pick<Services, 'oauthClients' | 'oauth'> {
  const { config, platform, secret, log } = ground
  const oauthClients = new OAuthClients({ store: store.oauthClients, platform })
  if (!config.oauth) return { oauthClients, oauth: undefined }
  const [first = config.issuer, ...rest] = config.audience
  const { clock } = platform
  const { issuer, accessTokenSeconds, roleScopes, dpopNonces } = config
  const oauth = new AuthorizationServer(
    {
      issuer,
      audience: [first, ...rest],
      accessTokenSeconds,
      roleScopes,
      dpopNonces,
      store: store.oauth,
      replay: store.replay,
      clock,
      secret,
      accounts: parts.accounts,
      artifacts: {
        store: store.oauth,
        replay: store.replay,
        payloads: new ArtifactPayloads(secret, platform.random),
        successors: new RefreshSuccessors(secret),
        clock,
        overlapMs: config.refreshOverlapSeconds * 1000,
      },
      clients: { store: store.oauthClients, clients: oauthClients, secret },
    },
    { keys: parts.keys, tokens: tokenEndpoints(issuer, parts), onFailure: (error) => log.error({ err: error }, 'a request failed') },
  )
  return { oauthClients, oauth }
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
