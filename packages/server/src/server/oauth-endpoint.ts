import { AuthError } from 'countersign/core'
import type { BrowserSession, OAuthAnswer, OAuthRequest, TokenAnswer } from '../oauth/index.ts'
import { endpoints } from '../oauth/index.ts'
import { authenticationContext } from '../session/acr.ts'
import { ENROLMENT } from '../session/index.ts'
import { json } from './answer.ts'
import { answerAssertion, assertionGrants, grantTypeOf } from './assertion-grant.ts'
import { type PageSession, pageSession } from './browser/index.ts'
import { certificateSupport } from './config-client-certificate.ts'
import type { Client, Connection } from './connection.ts'
import { answerRegistration, REGISTRATION } from './oauth-registration.ts'
import { askedAgain } from './posted-request.ts'
import { readBytes } from './request-body.ts'
import type { Services } from './services.ts'
import { oauthGrantOf } from './telemetry/index.ts'
import { userinfo } from './userinfo.ts'

const USERINFO = '/oauth/userinfo'
export const LOGOUT = '/oauth/logout'
const metadata: readonly string[] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/**
 * Who has no secret asks there as anybody, what is asked is kept, and each look at what was pushed keeps it once more: no more than the head of a
 * request has room for.
 */
const keptWhole: readonly string[] = [endpoints.pushed_authorization_request, endpoints.device_authorization]
const MAXIMUM_KEPT = 16_384

const registrationPaths: readonly OAuthPath[] = [
  { path: REGISTRATION, methods: ['POST'] },
  { path: `${REGISTRATION}/:id`, methods: ['GET', 'PUT', 'DELETE'] },
]

interface Asked {
  readonly request: Request
  readonly client: Client
  readonly incoming: Connection['incoming']
}

export interface OAuthPath {
  readonly path: string
  readonly methods: ReadonlyArray<'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'>
}

/** Only what is posted needs a page of ours around it. */
export type EndpointAnswer = OAuthAnswer | { readonly response: Response | TokenAnswer; readonly posted: undefined }

/** What the protocol answers itself; the pages that it needs are pages. */
export function oauthPaths({ config: { issuer }, oauth, clientRegistrations }: Services): readonly OAuthPath[] {
  const { authorization, token, revocation, introspection, pushed_authorization_request: pushed, device_authorization: device } = endpoints
  // Workloads show their assertions there, whether or not applications of others are let in.
  if (oauth === undefined) return [{ path: token, methods: ['POST'] }]
  // RFC 8414 section 3.1: of an issuer with a path the metadata stands at the root of its host, before that path.
  const path = new URL(issuer).pathname.replace(/\/+$/, '')
  const wellKnown = path === '' ? metadata : [...metadata, ...metadata.map((each) => each + path)]
  return [
    { path: authorization, methods: ['GET', 'POST'] },
    { path: `${authorization}/:uid`, methods: ['GET'] },
    // Pages of other origins ask beforehand whether they may (CORS).
    ...[token, revocation, introspection, pushed, device].map((each) => ({ path: each, methods: ['POST', 'OPTIONS'] as const })),
    { path: USERINFO, methods: ['GET', 'POST'] },
    ...(clientRegistrations === undefined ? [] : registrationPaths),
    ...wellKnown.map((each) => ({ path: each, methods: ['GET'] as const })),
  ]
}

/**
 * Answers a request of the protocol.
 *
 * @throws {AuthError} `content_too_large`, `insecure_transport`, and as `pageSession`.
 */
export async function answerOAuth(asked: Asked, services: Services): Promise<EndpointAnswer> {
  const { request, client } = asked
  if (services.config.production && !client.secure) throw new AuthError('insecure_transport')
  const url = new URL(request.url)
  const { pathname } = url
  if (pathname === USERINFO) return unposted(await userinfo(asked, services))
  if (pathname === REGISTRATION || pathname.startsWith(`${REGISTRATION}/`)) return unposted(await answerRegistration(asked, services))
  if (pathname.startsWith('/.well-known/')) return unposted(await discovery(asked, services))
  if (pathname !== endpoints.authorization && !pathname.startsWith(`${endpoints.authorization}/`)) {
    const message = await oauthRequest(request, client, undefined, url)
    if (keptWhole.includes(pathname) && message.body.length > MAXIMUM_KEPT) throw new AuthError('content_too_large')
    const grant = pathname === endpoints.token ? grantTypeOf(message) : undefined
    if (grant !== undefined && assertionGrants.includes(grant)) return unposted(await answerAssertion(message, request, services))
    const plain = await server(services).answerPlain(message)
    const answer = plain === undefined ? await server(services).answer(message) : unposted(plain)
    if (answer.response.status === 429) noteHeld(pathname, client, services)
    if (grant !== undefined && answer.response.status === 200) services.telemetry.tokenIssued(oauthGrantOf(grant))
    return answer
  }
  if (request.method === 'POST') return unposted(seeOther(await askedAgain(request, services.site.base + endpoints.authorization)))
  return authorization(asked, services)
}

/** What the protocol has a document for the log is told of as of any other refusal. */
function noteHeld(place: string, { address }: Client, { log, telemetry }: Services): void {
  telemetry.refused('rate_limited')
  log.info({ event: 'oauth_request_refused', place, code: 'rate_limited', address }, 'a request was refused')
}

const unposted = <Answer extends Response | TokenAnswer>(response: Answer) => ({ response, posted: undefined })
const seeOther = (location: string): Response => new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })

/** What a browser asks for, with a person before it. */
async function authorization({ request, client }: Asked, services: Services): Promise<OAuthAnswer> {
  const page = await pageSession(request, client, services)
  // Every account must have a second factor, and this one has shown none: to applications nobody is signed in.
  const shown = page?.principal.acr === ENROLMENT ? undefined : page
  const answer = await server(services).answer(await oauthRequest(request, client, shown))
  const { response } = answer
  // What cannot be told the client, since nobody knows for sure where it is, is told the person.
  if (response.status >= 400) throw new AuthError('request_invalid', { reason: 'oauth', error: await errorOf(response) })
  // Somebody else is signed in by now than the one who has answered: the library would have a page for that.
  if (response.status === 200 && answer.posted === undefined) throw new AuthError('conflict', { reason: 'another_account' })
  for (const cookie of page?.setCookies ?? []) response.headers.append('set-cookie', cookie)
  return answer
}

/** As the protocol names it. */
async function errorOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { readonly error?: unknown } // of `renderError`
  return typeof error === 'string' ? error : 'unknown'
}

/** A request as the protocol library takes it. */
export async function oauthRequest(
  request: Request,
  client: Client,
  page: PageSession | undefined,
  { pathname, search }: URL = new URL(request.url),
): Promise<OAuthRequest> {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  return {
    method: request.method,
    path: pathname + search,
    headers: request.headers,
    body: hasBody ? await readBytes(request) : new Uint8Array(),
    address: client.address,
    session: page && browserSession(page),
    certificate: client.certificate(),
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

/** RFC 8705 section 5: what takes certificates, by the name under which they are asked for. */
function aliasesAt(base: string | undefined): Readonly<Record<string, unknown>> {
  if (base === undefined) return {}
  const { token, revocation, introspection, pushed_authorization_request, device_authorization } = endpoints
  const paths = { token, revocation, introspection, pushed_authorization_request, device_authorization, userinfo: USERINFO }
  return {
    mtls_endpoint_aliases: Object.fromEntries(Object.entries(paths).map(([name, path]) => [`${name}_endpoint`, base + path])),
  }
}

async function discovery({ request, client }: Asked, services: Services): Promise<Response> {
  const { issuer } = services.config
  const [path = ''] = metadata
  const asked = { ...(await oauthRequest(request, client, undefined)), method: 'GET', path }
  const { response } = await server(services).answer(asked)
  const known = (await response.json()) as { readonly grant_types_supported?: readonly string[] } // of the library itself
  const document = {
    ...known,
    grant_types_supported: [...(known.grant_types_supported ?? []), ...assertionGrants],
    userinfo_endpoint: issuer + USERINFO,
    end_session_endpoint: issuer + LOGOUT,
    ...(services.clientRegistrations === undefined ? {} : { registration_endpoint: issuer + REGISTRATION }),
    tls_client_certificate_bound_access_tokens: certificateSupport(services.config).arrive,
    ...aliasesAt(services.config.mtlsUrl),
  }
  return json(200, document, {
    'cache-control': 'max-age=60',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  })
}
