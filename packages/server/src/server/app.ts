import { AuthError, type Principal } from 'countersign/core'
import { type Context, Hono } from 'hono'
import { ADMINISTRATOR } from '../account/index.ts'
import { endpoints, TokenAnswer } from '../oauth/index.ts'
import type { LivingAccessKey } from '../credential/index.ts'
import { nameAct } from '../audit/index.ts'
import { actorOf } from './act-table.ts'
import { basicCredential, isBasic } from './basic-credential.ts'
import { type Caller, exchangingClient } from './caller.ts'
import { type Client, type Connection, clientOf } from './connection.ts'
import { answerOAuth, type OAuthPath, oauthPaths } from './oauth-endpoint.ts'
import { answerPage, answerRefusal } from './page/answer-page.ts'
import { answerPosted } from './page/oauth/posted-answer.ts'
import type { Page } from './page/page.ts'
import { presentedBy } from './presented.ts'
import { asRefusal, problemResponse } from './problem-response.ts'
import { answerRecorded, recordTurnedAway } from './recorded.ts'
import { callerRequestId, requestId } from './request-id.ts'
import type { Operation } from './route.ts'
import { addSecurityHeaders, securityHeaders } from './security-header.ts'
import { ENROLMENT } from '../session/index.ts'
import type { Services } from './services.ts'
import { isSessionItself } from './session-caller.ts'
import type { RequestWatch } from './telemetry/index.ts'

/** One request on its way through the column. */
interface Exchange {
  readonly id: string
  readonly client: Client
  readonly incoming: Connection['incoming']
  /** Came through a door that only this machine's administrator has. */
  readonly local: boolean
  readonly startedMs: number
  readonly watch: RequestWatch
}

interface Environment {
  Bindings: { exchange: Exchange }
}

export type Answer = (request: Request, connection: Connection | undefined, local: boolean) => Promise<Response>

/** With it, somebody who is no operator may lease test users. */
const LEASE_SCOPE = 'leases:take'

/** `/v1/users/{id}` in the router's own spelling. */
const pattern = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')
/** And back. */
const template = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

/**
 * The HTTP application: transport → who is calling → what is asked → answer, and one place that refuses.
 */
export function createApp(operations: readonly Operation[], pages: readonly Page[], services: Services): Answer {
  const { config, platform } = services
  // Inside `fetch` everything is caught; what is not ours to know is `internal`.
  const app = new Hono<Environment>()
  const realm = config.issuer
  const served = pages.filter((page) => page.isServed(services))
  const paths = new Set(served.map(({ path }) => path))

  for (const operation of operations) {
    app.on(operation.method, [pattern(operation.path)], (context) => {
      context.env.exchange.watch.at(operation.path)
      return answer(operation, context, services)
    })
  }
  const askPage =
    (page: Page | undefined) =>
    async (context: Context<Environment>): Promise<Response> => {
      const { id, client, local, watch } = context.env.exchange
      if (page !== undefined) watch.at(template(page.path))
      return finish(context, services, await answerPage(page, { request: context.req.raw, requestId: id, client, local, paths }, services))
    }
  for (const page of served) app.on([...page.methods], [page.path], askPage(page))
  const protocol = oauthPaths(services)
  for (const { path, methods } of protocol) {
    const place = template(path)
    app.on([...methods], [path], async (context) => {
      const { id, client, incoming, local, watch } = context.env.exchange
      watch.at(place)
      const given = { request: context.req.raw, requestId: id, client, local, paths }
      try {
        const { response, posted } = await answerOAuth({ request: context.req.raw, client, incoming }, services)
        return finish(context, services, posted === undefined ? response : await answerPosted(posted, response, given, services), 'oauth')
      } catch (error) {
        if (!isForPerson(context.req.raw) && !isPostedRequest(context.req.raw)) return refuse(context, services, error, realm, 'oauth')
        return finish(context, services, await answerRefusal(error, given, services), 'oauth')
      }
    })
  }
  for (const [path, methods] of methodsByPath([...operations, ...served.flatMap(rowsOf), ...protocol.flatMap(rowsOf)])) {
    app.all(pattern(path), (context) => {
      context.env.exchange.watch.at(template(path))
      const preflight = services.crossOrigin.preflight(context.req.raw, methods)
      if (preflight !== undefined) return finish(context, services, preflight)
      services.telemetry.refused('method_not_allowed')
      const refusal = new AuthError('method_not_allowed')
      return finish(context, services, problemResponse(refusal, { requestId: context.env.exchange.id, realm: undefined, allow: methods }))
    })
  }
  app.notFound((context) =>
    isForPerson(context.req.raw) ? askPage(undefined)(context) : refuse(context, services, new AuthError('not_found'), undefined),
  )
  app.onError((error, context) => refuse(context, services, error, realm))

  return async (request, connection, local) => {
    const client = clientOf(request, connection, config)
    const facts = { client, incoming: connection?.incoming, local }
    const exchange = { ...facts, id: requestId(platform.random), startedMs: platform.clock.monotonicMs() }
    const origin = { actor: { kind: local ? 'local' : 'anyone' }, address: client.address, requestId: exchange.id } as const
    return services.telemetry.request(request, (watch) => {
      watch.named(exchange.id)
      return services.audit.from(origin, () => app.fetch(request, { exchange: { ...exchange, watch } }))
    })
  }
}

/** Somebody's browser asks, not a program. */
const isForPerson = ({ method, headers }: Request): boolean => method === 'GET' && headers.get('accept')?.includes('text/html') === true

/** By another site, through somebody's browser. */
const isPostedRequest = ({ method, headers, url }: Request): boolean =>
  method === 'POST' && headers.get('accept')?.includes('text/html') === true && new URL(url).pathname === endpoints.authorization

interface Row {
  readonly path: string
  readonly method: string
}

const rowsOf = ({ path, methods }: Page | OAuthPath): readonly Row[] => methods.map((method) => ({ path, method }))

function methodsByPath(operations: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of operations) {
    const known = methods.get(path) ?? []
    known.push(method, ...(method === 'GET' ? ['HEAD'] : []))
    methods.set(path, known)
  }
  return methods
}

async function answer(operation: Operation, context: Context<Environment>, services: Services): Promise<Response> {
  const { exchange } = context.env
  const request = context.req.raw
  try {
    requireSecureTransport(operation, request, exchange, services)
    const caller = await callerOf(operation, request, exchange, services).catch(async (error: unknown) => {
      await recordTurnedAway(operation, context.req.param(), error, exchange, services)
      throw error
    })
    const requireOperator = async (): Promise<void> => {
      nameAct({ actor: actorOf(await callerOf({ authority: 'operator' }, request, exchange, services)) })
    }
    const call = { body: undefined, query: undefined, path: context.req.param(), request, client: exchange.client, caller, requireOperator }
    const response = await answerRecorded(operation, call, exchange, services)
    // Nobody will read what a HEAD leaves out: a stream behind it must not stay open.
    if (request.method === 'HEAD') await response.body?.cancel()
    return finish(context, services, response, operation.operationId)
  } catch (error) {
    return refuse(context, services, error, services.config.issuer, operation.operationId)
  }
}

/** J06: what is secret, in the headers or in a body, is only taken over TLS, from this machine, or from the named proxy. */
function requireSecureTransport(operation: Operation, request: Request, { client, local }: Exchange, { config }: Services): void {
  if (!config.production || client.secure || local) return
  const carriesSecrets = request.headers.has('authorization') || request.headers.has('cookie') || operation.body !== undefined
  if (carriesSecrets || operation.authority !== 'public') throw new AuthError('insecure_transport')
}

async function callerOf(
  { authority, takesKeys, enrols }: Pick<Operation, 'authority' | 'takesKeys' | 'enrols'>,
  request: Request,
  exchange: Pick<Exchange, 'local' | 'client' | 'incoming'>,
  services: Services,
): Promise<Caller> {
  const { local, client, incoming } = exchange
  const authorization = request.headers.get('authorization') ?? undefined
  const presented = presentedBy(request, { client, incoming, issuer: services.config.issuer })
  switch (authority) {
    case 'public':
      return { kind: 'anyone' }
    case 'service':
      return { kind: 'service', service: await services.credentials.authenticate(authorization) }
    case 'inspector':
      return callerOf({ authority: isServiceCredential(authorization) ? 'service' : 'operator' }, request, exchange, services)
    case 'monitor':
      if (local) return { kind: 'local' }
      if (services.config.metrics.kind !== 'authenticated') throw new AuthError('not_found')
      return callerOf({ authority: 'inspector' }, request, exchange, services)
    case 'session':
      if (local) return { kind: 'local' }
      return {
        kind: 'principal',
        principal: requireEnrolled(await requirePerson(services.verifier.authenticate(presented), takesKeys, services), enrols),
      }
    case 'exchange':
      if (authorization === undefined || !isBasic(authorization))
        return callerOf({ authority: 'session', takesKeys }, request, exchange, services)
      return { kind: 'access_key', key: await keyShown(authorization, client, services) }
    case 'exchanger':
      if (isServiceCredential(authorization)) return callerOf({ authority: 'service' }, request, exchange, services)
      return exchanger(await callerOf({ authority: 'exchange', takesKeys: true }, request, exchange, services))
    case 'operator':
      if (local) return { kind: 'local' }
      return { kind: 'principal', principal: await services.verifier.authenticate(presented, { role: ADMINISTRATOR }) }
    case 'lease':
      if (local) return { kind: 'local' }
      return { kind: 'principal', principal: requireLeaseTaker(await services.verifier.authenticate(presented)) }
  }
}

/** @throws {AuthError} `session_required`: a key has proved itself, or somebody who was given a token for one, where a person has to. */
async function requirePerson(authenticated: Promise<Principal>, takesKeys: boolean | undefined, services: Services): Promise<Principal> {
  const principal = await authenticated
  if (takesKeys === true || (await isSessionItself(principal, services))) return principal
  throw new AuthError('session_required', { client: principal.client })
}

/** @throws {AuthError} `scope_insufficient`. */
function requireLeaseTaker(principal: Principal): Principal {
  if (principal.roles.includes(ADMINISTRATOR) || principal.scope.includes(LEASE_SCOPE)) return principal
  throw new AuthError('scope_insufficient', { client: principal.client })
}

/** @throws {AuthError} `factor_enrolment_required`: every account must have a second factor, and this sign-in has shown none. */
function requireEnrolled(principal: Principal, enrols: boolean | undefined): Principal {
  if (principal.acr === ENROLMENT && enrols !== true) throw new AuthError('factor_enrolment_required')
  return principal
}

/** @throws {AuthError} `credential_missing`: a person exchanges no tokens. */
function exchanger(caller: Caller): Caller {
  exchangingClient(caller)
  return caller
}

function keyShown(authorization: string, { address }: Client, { keyRecords }: Services): Promise<LivingAccessKey> {
  const { id, secret } = basicCredential(authorization)
  return keyRecords.authenticate(id, secret, address)
}

/** By its form alone, which is public. */
const isServiceCredential = (authorization: string | undefined): boolean => /^bearer +cs_svc_/i.test(authorization ?? '')

function refuse(
  context: Context<Environment>,
  services: Services,
  error: unknown,
  realm: string | undefined,
  operation?: string,
): Response {
  const { exchange } = context.env
  const refusal = asRefusal(error)
  services.telemetry.refused(refusal.code)
  const { id, client, watch } = exchange
  const facts = { requestId: id, ...watch.place, operation, code: refusal.code, detail: refusal.detail, address: client.address }
  if (refusal.code === 'internal') services.log.error({ ...facts, err: refusal.cause }, 'a request failed')
  else services.log.info(facts, 'a request was refused')
  return finish(context, services, problemResponse(refusal, { requestId: exchange.id, realm, dpopNonce: services.proofs.nonce }), operation)
}

function finish(context: Context<Environment>, services: Services, answered: Response | TokenAnswer, operation?: string): Response {
  const { log, platform } = services
  const { id, client, startedMs, watch } = context.env.exchange
  // Pages of other origins are answered by the protocol library: of them nothing is to be said here.
  const response =
    answered instanceof TokenAnswer
      ? answered.response({ ...securityHeaders(client.https), 'x-request-id': id })
      : withHeaders(context, services, answered)
  if (log.isLevelEnabled('debug')) {
    const given = callerRequestId(context.req.header('x-request-id') ?? null)
    log.debug(
      { requestId: id, ...watch.place, given, operation, status: response.status, ms: platform.clock.monotonicMs() - startedMs },
      'answered',
    )
  }
  return response
}

function withHeaders(context: Context<Environment>, { crossOrigin }: Services, response: Response): Response {
  const { id, client } = context.env.exchange
  response.headers.set('x-request-id', id)
  addSecurityHeaders(response.headers, client.https)
  crossOrigin.add(context.req.raw, response.headers)
  return response
}
