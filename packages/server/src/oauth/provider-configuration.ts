import type { Clock, Random } from 'countersign/core'
import type { PublicJwk, SigningKey } from 'countersign/key'
import type { Account, AdapterFactory, ClientAuthMethod, Configuration, JWTStructured, KoaContextWithOIDC } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Accounts } from '../account/index.ts'
import type { GivenScopes, ScopeFacts } from '../credential/index.ts'
import type { AuthenticationContext } from '../session/acr.ts'
import type { MasterSecret } from '../signing/index.ts'
import { ArtifactAdapter, type AdapterGround, ReplayAdapter, SessionAdapter } from './artifact-adapter.ts'
import { ClientAdapter, type ClientGround } from './client-adapter.ts'
import { requireOwnAssertion } from './client-assertion.ts'
import { checkClaimsParameter } from './claims-parameter.ts'
import { CONSENT_PATH, endpoints, ID_TOKEN_SECONDS, oidcScopes, SESSION_COOKIE, tokenScopes } from './endpoint.ts'
import { GrantAdapter } from './grant-adapter.ts'
import { grantIdOf } from './grant-id.ts'
import { type CertificateSupport, mutualTls, mutualTlsMethods } from './mutual-tls.ts'
import { currentCall, noteSeen } from './oauth-call.ts'
import type { OAuthStore } from './oauth-store.ts'
import { personClaims, scopeClaims } from './person-claims.ts'
import { bindRefreshToken } from './refresh-binding.ts'
import { refreshSeconds } from './refresh-payload.ts'
import { requireShortRequest } from './request-object.ts'
import { RingKey } from './ring-key.ts'
import { policyOf } from './interaction-policy.ts'
import { completeToken } from './token-profile.ts'

export interface ProviderGround {
  readonly issuer: string
  /** Who may be named as `resource` (RFC 8707); the first is meant where none is named. */
  readonly audience: readonly [string, ...string[]]
  readonly accessTokenSeconds: number
  /** What a client may be given, in its own name or in that of somebody; undefined when one of the two is gone. */
  readonly scopesOf: (client: string, user: string | undefined) => Promise<GivenScopes | undefined>
  /** The same, by facts that were read before. */
  readonly scopesFrom: (facts: ScopeFacts) => readonly string[]
  readonly dpopNonces: boolean
  readonly certificates: CertificateSupport
  /** The other name of ours under which clients are asked for certificates. */
  readonly mtlsUrl: string | undefined
  /** How strongly a person could sign in, with what their account has. */
  readonly contextsOf: (user: string) => Promise<readonly AuthenticationContext[]>
  readonly store: OAuthStore
  readonly clock: Clock
  readonly random: Random
  readonly secret: MasterSecret
  readonly accounts: Accounts
  readonly artifacts: AdapterGround
  readonly clients: ClientGround
}

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600
const authMethods: readonly ClientAuthMethod[] = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']

/** Everything that the protocol library is told. */
export function providerConfiguration(ground: ProviderGround, keys: readonly PublicJwk[], signer: SigningKey): Configuration {
  const { issuer, audience, clock, secret, dpopNonces } = ground
  const { alg } = requireOwn(keys, signer)
  return {
    adapter: adapterFactory(ground, alg),
    jwks: { keys: [...ringKeys(keys, signer)] },
    acrValues: ['mfa', 'phr'],
    claims: { acr: null, auth_time: null, iss: null, ...claimsOfScopes() },
    clientAuthMethods: [...authMethods, ...mutualTlsMethods(ground.certificates)],
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    cookies: { names: { session: SESSION_COOKIE, interaction: 'cs_interaction', resume: 'cs_resume' } },
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims) =>
      requireOwnAssertion(claims, [issuer, issuer.replace(/\/+$/, '') + endpoints.token], clock),
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      claimsParameter: { enabled: true, assertClaimsParameter: (_ctx, claims) => checkClaimsParameter(claims) },
      rpInitiatedLogout: { enabled: false },
      // For what it lets clients say of themselves; they are told by us, whatever ends the session.
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: nonceSecret(secret),
        requireNonce: () => dpopNonces,
      },
      mTLS: mutualTls(ground.certificates),
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      requestObjects: { enabled: true, assertJwtClaimsAndHeader: (_ctx, claims) => requireShortRequest(claims, clock) },
      pushedAuthorizationRequests: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? audience[0],
        getResourceServerInfo: (ctx, resource) => resourceServer(ctx, resource, alg, signer.kid, ground),
      },
    },
    expiresWithSession: () => false, // The store binds what is handed out to its session.
    findAccount: (_ctx, id) => findAccount(id, ground.accounts),
    formats: { customizers: { jwt: (ctx, token, parts: JWTStructured) => completeToken(ctx, token, parts, clock) } },
    interactions: { policy: policyOf(ground), url: () => new URL(ground.issuer).pathname.replace(/\/+$/, '') + CONSENT_PATH },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    loadExistingGrant: (ctx) => loadGrant(ctx),
    pkce: { required: () => true },
    renderError,
    responseTypes: ['code'],
    revokeGrantPolicy: () => false, // Consent is the person's to take back.
    rotateRefreshToken: (ctx) => bindRefreshToken(ctx),
    routes: endpoints,
    scopes: [...oidcScopes],
    ttl: {
      AccessToken: ground.accessTokenSeconds,
      ClientCredentials: ground.accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 366 * DAY_SECONDS,
      IdToken: ID_TOKEN_SECONDS,
      Interaction: HOUR_SECONDS,
      RefreshToken: (_ctx, token) => refreshSeconds(token.totalLifetime()),
      Session: HOUR_SECONDS,
    },
  }
}

/** The library keeps the lists that it is given. */
const claimsOfScopes = (): Record<string, string[]> =>
  Object.fromEntries(Object.entries(scopeClaims).map(([scope, claims]) => [scope, [...claims]]))

function requireOwn(keys: readonly PublicJwk[], { kid }: SigningKey): PublicJwk {
  const own = keys.find((key) => key.kid === kid)
  if (own === undefined) throw new Error('the key that signs is not published')
  return own
}

/** The one that signs first: the library takes the first that fits. */
const ringKeys = (keys: readonly PublicJwk[], signer: SigningKey): readonly RingKey[] => [
  new RingKey(requireOwn(keys, signer), signer),
  ...keys.filter(({ kid }) => kid !== signer.kid).map((key) => new RingKey(key, undefined)),
]

/** The same on every server of a database. */
function nonceSecret(secret: MasterSecret): Buffer {
  const [first] = secret.purposeKeys('oauth-dpop-nonce/1')
  if (first === undefined) throw new Error('a master secret without secrets')
  return Buffer.from(first.key)
}

const adapterFactory =
  ({ store, clock, artifacts, clients }: ProviderGround, algorithm: PublicJwk['alg']): AdapterFactory =>
  (model) => {
    switch (model) {
      case 'Session':
        return new SessionAdapter(clock)
      case 'ReplayDetection':
        return new ReplayAdapter(artifacts)
      case 'Grant':
        return new GrantAdapter(store, clock)
      case 'Client':
        return new ClientAdapter(clients, algorithm)
      default:
        return new ArtifactAdapter(model, artifacts)
    }
  }

async function findAccount(id: string, accounts: Accounts): Promise<Account | undefined> {
  const user = await accounts.find(id)
  if (user === undefined || user.status !== 'active') return undefined
  return { accountId: id, claims: () => ({ ...personClaims(user), sub: id }) }
}

async function loadGrant({ oidc }: KoaContextWithOIDC): Promise<InstanceType<Provider['Grant']> | undefined> {
  const { account, client } = oidc
  return account === undefined || client === undefined ? undefined : oidc.provider.Grant.find(grantIdOf(account.accountId, client.clientId))
}

type ResourceInfo = Awaited<
  ReturnType<NonNullable<NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>['getResourceServerInfo']>>
>

async function resourceServer(
  { oidc }: KoaContextWithOIDC,
  resource: string,
  alg: PublicJwk['alg'],
  kid: string,
  { audience, scopesOf, accessTokenSeconds }: ProviderGround,
): Promise<ResourceInfo> {
  if (!audience.includes(resource)) throw new errors.InvalidTarget()
  const scopes = await scopesFor(oidc.client?.clientId, oidc.account?.accountId, scopesOf)
  return {
    // With `openid` a token opens the userinfo endpoint, whoever else it is for.
    scope: [...tokenScopes, ...scopes].join(' '),
    audience: resource,
    accessTokenTTL: accessTokenSeconds,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg, kid } },
  }
}

/** What of the log was seen before is noted: a cut-off that comes between this and the token kills the token (DESIGN 4). */
async function scopesFor(
  client: string | undefined,
  user: string | undefined,
  scopesOf: ProviderGround['scopesOf'],
): Promise<readonly string[]> {
  const known = currentCall().client
  // Who speaks for itself is given what it has registered, which was read with the head of the log.
  if (user === undefined && known !== undefined && known.id === client) return known.scopes
  const given = client === undefined ? undefined : await scopesOf(client, user)
  if (given === undefined) return []
  noteSeen(given.rev)
  return given.scopes
}

/** For what cannot be told the client, since nobody knows where to send it. The page is the server's. */
function renderError(
  ctx: KoaContextWithOIDC,
  { error, error_description }: { readonly error: string; readonly error_description?: string | undefined },
): void {
  ctx.type = 'json'
  ctx.body = { error, ...(error_description === undefined ? {} : { error_description }) }
}
