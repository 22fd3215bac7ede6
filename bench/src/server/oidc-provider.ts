/** A child process: oidc-provider, set up so that a refresh does what ours does and no more. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importPeer } from '../harness/install.ts'
import { answerParent } from '../harness/parent.ts'
import { audience, newKey } from '../subject/material.ts'
import { sqliteAdapter } from './oidc-adapter.ts'
import type { RefreshReady, RefreshRequest } from './refresh-subject.ts'
import type { TokenReady, TokenRequest } from './token-subject.ts'

const SCOPE = 'orders:read orders:write'

interface Client {
  readonly clientId: string
}
interface Grant {
  addResourceScope(resource: string, scope: string): void
  addOIDCScope(scope: string): void
  save(): Promise<string>
}
interface Provider {
  readonly Client: { find(id: string): Promise<Client | undefined> }
  readonly Grant: new (members: object) => Grant
  readonly RefreshToken: new (members: object) => { save(): Promise<string> }
  callback(): RequestListener
}
interface Library {
  readonly default: new (issuer: string, configuration: object) => Provider
  readonly errors: { readonly InvalidGrant: new (detail: string) => Error }
}

/** JWT access tokens are signed and not stored, like ours; opaque ones are stored and not signed. */
export interface OidcRequest extends RefreshRequest {
  readonly accessTokens: 'jwt' | 'opaque'
  /** Of the client that refreshes; none when left out. */
  readonly secret?: string
}

function configuration({ folder, accessTokens, secret }: OidcRequest, library: Library): object {
  const key = newKey('ES256')
  const resourceServer = {
    scope: SCOPE,
    audience,
    accessTokenTTL: 300,
    accessTokenFormat: accessTokens,
    ...(accessTokens === 'jwt' ? { jwt: { sign: { alg: 'ES256' } } } : {}),
  }
  return {
    adapter: sqliteAdapter(`${folder}/oidc.db`, () => new library.errors.InvalidGrant('refresh token already used')),
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: key.kid }] },
    clients: [
      {
        client_id: 'web',
        ...authentication(secret),
        id_token_signed_response_alg: 'ES256',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/back'],
      },
      {
        client_id: 'machine',
        ...authentication(secret),
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    cookies: { keys: ['bench-only'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => resourceServer,
        useGrantedResource: () => true,
      },
    },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: { RefreshToken: 86_400, Grant: 86_400, AccessToken: 300 },
  }
}

const authentication = (secret: string | undefined): object =>
  secret === undefined
    ? { token_endpoint_auth_method: 'none' }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }

async function newRefreshToken(provider: Provider, account: number): Promise<string> {
  const accountId = `usr_${account}`
  const grant = new provider.Grant({ accountId, clientId: 'web' })
  grant.addOIDCScope('offline_access')
  grant.addResourceScope(audience, SCOPE)
  const grantId = await grant.save()
  const client = await provider.Client.find('web')
  const token = new provider.RefreshToken({
    accountId,
    client,
    grantId,
    gty: 'authorization_code',
    scope: `offline_access ${SCOPE}`,
    resource: audience,
    authTime: Math.floor(Date.now() / 1000),
  })
  return token.save()
}

async function start(request: OidcRequest): Promise<RefreshReady> {
  const library = await importPeer<Library>('oidc-provider')
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const provider = new library.default(`http://127.0.0.1:${port}`, configuration(request, library))
  server.on('request', provider.callback())
  const credentials = await Promise.all(Array.from({ length: request.sessions }, (_, index) => newRefreshToken(provider, index)))
  return { port, credentials }
}

async function startForTokens({ sessions, folder }: TokenRequest): Promise<TokenReady> {
  const secret = randomBytes(32).toString('base64url')
  const { port, credentials } = await start({ sessions, folder, accessTokens: 'jwt', secret })
  return { port, tokenPath: '/token', machine: { id: 'machine', secret }, web: { id: 'web', secret }, refreshTokens: credentials }
}

answerParent({ start, startForTokens })
