import { AuthError, type Principal } from 'countersign/core'
import type { BrowserSession, OAuthRequest } from '../oauth/index.ts'
import { endpoints } from '../oauth/index.ts'
import { authenticationContext } from '../session/acr.ts'
import { ENROLMENT } from '../session/index.ts'
import { json } from './answer.ts'
import { type PageSession, pageSession } from './browser/index.ts'
import type { Client, Connection } from './connection.ts'
import { presentedBy } from './presented.ts'
import { readBytes } from './request-body.ts'
import type { Services } from './services.ts'

const USERINFO = '/oauth/userinfo'
export const LOGOUT = '/oauth/logout'
const metadata: readonly string[] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

interface Asked {
  readonly request: Request
  readonly client: Client
  readonly incoming: Connection['incoming']
}

/** What the protocol answers itself; the pages that it needs are pages. */
export function oauthPaths(issuer: string): readonly string[] {
  const { authorization, token, revocation, introspection, pushed_authorization_request: pushed, device_authorization: device } = endpoints
  // RFC 8414 section 3.1: of an issuer with a path the metadata stands at the root of its host, before that path.
  const path = new URL(issuer).pathname.replace(/\/+$/, '')
  const wellKnown = path === '' ? metadata : [...metadata, ...metadata.map((each) => each + path)]
  return [authorization, `${authorization}/:uid`, token, revocation, introspection, pushed, device, USERINFO, ...wellKnown]
}

/**
 * Answers a request of the protocol.
 *
 * @throws {AuthError} `content_too_large`, `insecure_transport`, and as `pageSession`.
 */
export async function answerOAuth(asked: Asked, services: Services): Promise<Response> {
  const { request, client } = asked
  if (services.config.production && !client.secure) throw new AuthError('insecure_transport')
  const { pathname } = new URL(request.url)
  if (pathname === USERINFO) return userinfo(asked, services)
  if (pathname.startsWith('/.well-known/')) return discovery(asked, services)
  const isForPerson = pathname === endpoints.authorization || pathname.startsWith(`${endpoints.authorization}/`)
  const page = isForPerson ? await pageSession(request, client, services) : undefined
  // Every account must have a second factor, and this one has shown none: applications get nothing in its name.
  if (page?.principal.acr === ENROLMENT)
    return new Response(null, { status: 303, headers: { location: `${services.config.issuer}/account` } })
  const response = await server(services).answer(await oauthRequest(request, client, page))
  // What cannot be told the client, since nobody knows for sure where it is, is told the person.
  if (isForPerson && response.status >= 400) throw new AuthError('request_invalid', { reason: 'oauth', error: await errorOf(response) })
  for (const cookie of page?.setCookies ?? []) response.headers.append('set-cookie', cookie)
  return response
}

/** As the protocol names it. */
async function errorOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { readonly error?: unknown } // of `renderError`
  return typeof error === 'string' ? error : 'unknown'
}

/** A request as the protocol library takes it. */
export async function oauthRequest(request: Request, client: Client, page: PageSession | undefined): Promise<OAuthRequest> {
  const { pathname, search } = new URL(request.url)
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  return {
    method: request.method,
    path: pathname + search,
    headers: request.headers,
    body: hasBody ? await readBytes(request) : new Uint8Array(),
    address: client.address,
    session: page && browserSession(page),
  }
}

/** The browser's session as the protocol sees it. */
export function browserSession({ session }: Pick<PageSession, 'session'>): BrowserSession {
  const { id, user, amr, authenticatedAt } = session
  return { id, user, amr, authenticatedAt: Math.floor(authenticatedAt / 1000), acr: authenticationContext(amr) }
}

/** @throws {AuthError} `not_found` where it is not switched on. */
export function server({ oauth }: Pick<Services, 'oauth'>): NonNullable<Services['oauth']> {
  if (oauth === undefined) throw new AuthError('not_found')
  return oauth
}

async function discovery({ request, client }: Asked, services: Services): Promise<Response> {
  const { issuer } = services.config
  const [path = ''] = metadata
  const asked = { ...(await oauthRequest(request, client, undefined)), method: 'GET', path }
  const known: unknown = await (await server(services).answer(asked)).json()
  const document = {
    ...(known as Readonly<Record<string, unknown>>), // of the library itself
    userinfo_endpoint: issuer + USERINFO,
    end_session_endpoint: issuer + LOGOUT,
    response_modes_supported: ['query'],
  }
  return json(200, document, {
    'cache-control': 'max-age=60',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  })
}

/** OpenID Connect Core section 5.3, for any token of ours that was given with `openid`. */
async function userinfo({ request, client, incoming }: Asked, services: Services): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'POST') throw new AuthError('method_not_allowed')
  const presented = presentedBy(request, { client, incoming, issuer: services.config.issuer })
  const principal = await services.verifier.authenticateAny({ ...presented, cookie: undefined }, { scope: 'openid' })
  return json(200, await claimsOf(principal, services))
}

async function claimsOf({ user: id, scope: scopes }: Principal, { accounts }: Services): Promise<Readonly<Record<string, unknown>>> {
  const user = id === undefined ? undefined : await accounts.find(id)
  if (user === undefined) throw new AuthError('token_invalid', { reason: 'of_nobody' })
  const { name, email, emailVerifiedAt, updatedAt } = user
  return {
    sub: user.id,
    ...(scopes.includes('email') ? { email, email_verified: emailVerifiedAt !== undefined } : {}),
    ...(scopes.includes('profile') ? { ...(name === undefined ? {} : { name }), updated_at: Math.floor(updatedAt / 1000) } : {}),
  }
}
