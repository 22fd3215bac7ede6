import { AuthError, type RefusalCode } from 'countersign/core'
import { type ClientRegistrations, UNKNOWN_TOKEN } from '../oauth/index.ts'
import { json, noContent } from './answer.ts'
import { requireAcceptable } from './oauth-registration-schema.ts'
import type { Client } from './connection.ts'
import { readJsonBody } from './request-body.ts'
import type { Services } from './services.ts'

export const REGISTRATION = '/oauth/register'

interface Asked {
  readonly request: Request
  readonly client: Client
}

/**
 * Where clients register by themselves (RFC 7591), and look after themselves (RFC 7592).
 *
 * @throws {AuthError} `not_found` where it is not switched on, `rate_limited`, and whatever is wrong with a body that is no JSON.
 */
export async function answerRegistration({ request, client }: Asked, services: Services): Promise<Response> {
  const { clientRegistrations: registrations } = services
  if (registrations === undefined) throw new AuthError('not_found')
  const id = idOf(request)
  const token = bearerOf(request)
  if (token === undefined) return unauthorized(false)
  try {
    if (id === undefined) return await register(token, request, registrations, services)
    return await manage(id, token, request, registrations, services)
  } catch (error) {
    // Whoever shows tokens that nobody has made is held up, and nobody else at that address.
    if (error instanceof AuthError && error.detail['reason'] === UNKNOWN_TOKEN) {
      await services.throttle.admit({ session: `registration ${client.address ?? ''}` })
    }
    return refused(error, request, services)
  }
}

async function register(token: string, request: Request, registrations: ClientRegistrations, services: Services): Promise<Response> {
  const invitation = await services.clientInvitations.authenticate(token)
  const metadata = requireAcceptable(await readJsonBody(request))
  const { client, secret, registrationToken } = await registrations.register(invitation, metadata)
  services.log.info({ client: client.id, invitation: client.registration?.invitation }, 'a client has registered by itself')
  const secrets = secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }
  return json(201, { ...registrations.shown(client), ...secrets, ...access(client.id, registrationToken, services) })
}

async function manage(
  id: string,
  token: string,
  request: Request,
  registrations: ClientRegistrations,
  services: Services,
): Promise<Response> {
  if (request.method === 'DELETE') {
    await registrations.remove(id, token)
    services.log.info({ client: id }, 'a client has removed itself')
    return noContent()
  }
  if (request.method !== 'PUT') return shown(id, token, registrations, services)
  await registrations.find(id, token)
  const { client_id: named, client_secret: secret, ...metadata } = requireAcceptable(await readJsonBody(request))
  if (named !== id) throw new AuthError('request_invalid', { pointer: '/client_id', problem: 'must be the own one' })
  // Each change counts, since each may end what the client holds.
  const admission = await services.throttle.admit({ session: `registration ${id}` })
  await registrations.replace(id, token, metadata, secret).catch(async (error: unknown) => {
    await admission.withdrawn()
    throw error
  })
  services.log.info({ client: id }, 'a client has changed itself')
  return shown(id, token, registrations, services)
}

async function shown(id: string, token: string, registrations: ClientRegistrations, services: Services): Promise<Response> {
  return json(200, { ...registrations.shown(await registrations.find(id, token)), ...access(id, token, services) })
}

/** Where it looks after itself, and with what. */
const access = (id: string, token: string, { config }: Services) => ({
  registration_access_token: token,
  registration_client_uri: `${config.issuer}${REGISTRATION}/${id}`,
})

/** Undefined for the endpoint itself. */
function idOf(request: Request): string | undefined {
  const { pathname } = new URL(request.url)
  return pathname === REGISTRATION ? undefined : pathname.slice(REGISTRATION.length + 1)
}

/** RFC 6750 section 2.1: in the header alone. */
const bearerOf = (request: Request): string | undefined =>
  /^Bearer +([A-Za-z0-9._~+/=-]{1,256})$/i.exec(request.headers.get('authorization') ?? '')?.[1]

/** RFC 6750 section 3.1: who has shown nothing is told no error. */
const unauthorized = (isShown: boolean): Response =>
  json(401, { error: 'invalid_token' }, { 'www-authenticate': isShown ? 'Bearer error="invalid_token"' : 'Bearer' })

const ofToken: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['token_invalid', 'credential_malformed'])

/** Refusals that the protocol has a form for (RFC 7591 section 3.2.2). The log is told of them as of any other. */
function refused(error: unknown, request: Request, { log }: Services): Response {
  if (!(error instanceof AuthError)) throw error
  const isOfToken = ofToken.has(error.code)
  const { pointer, problem } = error.detail
  if (!isOfToken && (error.code !== 'request_invalid' || typeof pointer !== 'string')) throw error
  log.info({ operation: 'registration', method: request.method, code: error.code, detail: error.detail }, 'a request was refused')
  if (isOfToken) return unauthorized(true)
  return json(400, { error: errorOf(String(pointer)), error_description: `${String(pointer).slice(1)} ${String(problem)}`.trim() })
}

function errorOf(pointer: string): string {
  if (pointer.startsWith('/redirect_uris')) return 'invalid_redirect_uri'
  return pointer === '/software_statement' ? 'unapproved_software_statement' : 'invalid_client_metadata'
}
