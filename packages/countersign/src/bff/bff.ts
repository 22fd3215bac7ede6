import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AuthError } from '../core/index.ts'
import { addressOf, browserOf, refuse } from './exchange.ts'
import { passedOn } from './header.ts'
import { expressHandler, type ExpressHandler, fastifyHook, type FastifyHook, honoHandler, type HonoHandler } from './mount.ts'
import { type BffOptions, type BffSettings, parseBffOptions } from './options.ts'
import { OwnAddresses } from './own-addresses.ts'
import { requireCsrf, requirePage } from './own-page.ts'
import { boundedBody } from './own-route.ts'
import { admittedFraming, Connections, forward, type Forwarding, giveBack } from './proxy.ts'
import { RequestSigning } from './request-signing.ts'
import { pathOf, type Route, routeOf } from './request-target.ts'
import { type CurrentSession, SessionKeeper } from './session-keeper.ts'
import { forwardUpgrade, isWebSocket, refuseUpgrade } from './upgrade.ts'
import { isSigned } from './upstream.ts'

/** A backend for the pages of one origin. */
export interface Bff {
  /** Answers requests of `node:http`. @returns whether the request was ours; otherwise nothing was done. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** `app.use(bff.express)`, before anything that reads bodies. */
  readonly express: ExpressHandler
  /** `app.addHook('onRequest', bff.fastify)`. */
  readonly fastify: FastifyHook
  /** `app.use(bff.hono)`, with `@hono/node-server`. */
  readonly hono: HonoHandler
  /** `server.on('upgrade', bff.upgrade)`, whatever stands on the server. @returns as `handle`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Uint8Array) => boolean
  /** Closes the connections to upstreams, and those that pages hold open to them. */
  close(): void
}

/** An upstream has said that the token is no longer good (RFC 6750 section 3.1). Any other 401 no new token would help. */
const tokenRefused = /\berror="?invalid_token"?/

/**
 * A token handler: a browser holds one cookie that no script can read, and this process adds the access token, or signs, on the way to the services
 * that it knows. No token and no key reaches a page.
 *
 * Does not authorise: what a user may do is for the upstreams to decide. Does not serve the pages themselves.
 *
 * @throws {RangeError | TypeError} The options have a mistake.
 */
export function createBff(options: BffOptions): Bff {
  const handler = new TokenHandler(parseBffOptions(options))
  const handle = (request: IncomingMessage, response: ServerResponse): boolean => handler.handle(request, response)
  return Object.freeze({
    handle,
    express: expressHandler(handle),
    fastify: fastifyHook(handle),
    hono: honoHandler(handle),
    upgrade: (request: IncomingMessage, socket: Duplex, head: Uint8Array) => handler.upgrade(request, socket, head),
    close: () => handler.close(),
  })
}

class TokenHandler {
  readonly #settings: BffSettings
  readonly #keeper: SessionKeeper
  readonly #signing: RequestSigning
  readonly #own: OwnAddresses
  readonly #connections = new Connections()
  /** What pages hold open, by session: both ends. */
  readonly #open = new Map<string, Set<Duplex>>()

  constructor(settings: BffSettings) {
    const { issuer, cookie, platform } = settings
    const letGo = (session: string): void => this.#letGo(session)
    this.#settings = settings
    this.#keeper = new SessionKeeper({ issuer, cookie, clock: platform.clock, onEnded: letGo })
    this.#signing = new RequestSigning(issuer, platform)
    this.#own = new OwnAddresses({ settings, keeper: this.#keeper, letGo })
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const target = targetOf(request)
    const own = this.#own.at(pathOf(target) ?? '')
    if (own !== undefined) {
      own(request, response).catch((error: unknown) => refuse(response, error))
      return true
    }
    let route: Route | undefined
    try {
      route = routeOf(this.#settings.upstreams, target)
    } catch (error) {
      refuse(response, error)
      return true
    }
    if (route === undefined) return false
    this.#forward(route, request, response).catch((error: unknown) => refuse(response, error))
    return true
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): boolean {
    const onError = (): void => void socket.destroy()
    try {
      const route = routeOf(this.#settings.upstreams, targetOf(request))
      if (route === undefined) return false
      socket.on('error', onError)
      if (!route.upstream.webSocket || !isWebSocket(request)) throw new AuthError('request_invalid', { reason: 'upgrade' })
      this.#upgrade(route, request, socket, head).catch((error: unknown) => refuseUpgrade(socket, error))
    } catch (error) {
      socket.on('error', onError)
      refuseUpgrade(socket, error)
    }
    return true
  }

  close(): void {
    for (const session of this.#open.keys()) this.#letGo(session)
    this.#connections.close()
  }

  async #forward({ upstream, path }: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? ''
    const isAllowed = upstream.methods?.has(method) ?? (method !== 'CONNECT' && method !== 'TRACE')
    if (!isAllowed) throw new AuthError('method_not_allowed')
    const framing = admittedFraming(request, upstream)
    const current = upstream.credential === 'none' ? undefined : await this.#sessionOf(request)
    const body = isSigned(upstream.credential) && framing.kind !== 'none' ? await boundedBody(request, upstream.bodyLimitBytes) : undefined
    const forwarding: Forwarding = {
      upstream,
      path,
      request,
      response,
      framing: body === undefined ? framing : { kind: 'length', length: body.length },
      lines: [...passedOn(request.rawHeaders), ...this.#aboutBrowser(request)],
      body,
      setCookie: current?.setCookie,
    }
    if (current === undefined) await forward(forwarding, this.#connections, [], never)
    else await this.#forwardAs(current, forwarding)
  }

  /** Sends it on with the credential; once more with a newer one, where that may help and the body can be sent again. */
  async #forwardAs(current: CurrentSession, forwarding: Forwarding): Promise<void> {
    const { request, body, framing, upstream } = forwarding
    const isStale = ({ headers }: IncomingMessage): boolean =>
      upstream.credential === 'signature' || (upstream.credential === 'token' && tokenRefused.test(headers['www-authenticate'] ?? ''))
    const held = await forward(forwarding, this.#connections, await this.#credential(current, forwarding), isStale)
    if (held === undefined) return
    const { refusal } = held
    const renewed = await (upstream.credential === 'signature' ? this.#withNewKey(current) : this.#withNewToken(current, request))
    if (renewed === undefined || (body === undefined && framing.kind !== 'none')) {
      giveBack(refusal, { ...forwarding, setCookie: renewed?.setCookie ?? forwarding.setCookie })
      return
    }
    // Read to its end, so that its connection can be used again.
    refusal.resume()
    const again = { ...forwarding, setCookie: renewed.setCookie ?? forwarding.setCookie }
    await forward(again, this.#connections, await this.#credential(renewed, again), never)
  }

  async #withNewKey(current: CurrentSession): Promise<CurrentSession | undefined> {
    return (await this.#signing.isOutdated(current.session)) ? current : undefined
  }

  async #withNewToken(current: CurrentSession, request: IncomingMessage): Promise<CurrentSession | undefined> {
    try {
      return await this.#keeper.after(current, () => browserOf(request, this.#settings.proxies))
    } catch {
      // Then the upstream's own answer says it best.
      return undefined
    }
  }

  async #credential({ session }: CurrentSession, { upstream, request, path, lines, body }: Forwarding): Promise<readonly string[]> {
    if (upstream.credential === 'token') return ['authorization', `Bearer ${session.accessToken}`]
    return this.#signing.sign({ upstream, method: request.method ?? 'GET', path, lines, body }, session)
  }

  /** @throws {AuthError} `credential_missing`, `csrf_refused`, and as `SessionKeeper.current`. */
  async #sessionOf(request: IncomingMessage, isUpgrade = false): Promise<CurrentSession> {
    const { cookie, proxies } = this.#settings
    if (isUpgrade) requirePage(request, this.#settings, true)
    const read = cookie.read(request.headers.cookie)
    const presented = read instanceof Promise ? await read : read
    if (presented === undefined) throw new AuthError('credential_missing')
    if (!isUpgrade) requireCsrf(request, this.#settings, presented.session.id)
    const current = this.#keeper.current(presented, () => browserOf(request, proxies))
    return current instanceof Promise ? await current : current
  }

  async #upgrade({ upstream, path }: Route, request: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    const passed = [...passedOn(request.rawHeaders), ...this.#aboutBrowser(request)]
    if (upstream.credential === 'none') {
      requirePage(request, this.#settings, true)
      forwardUpgrade({ upstream, path, request, socket, head, lines: passed, setCookie: undefined }, this.#connections, () => undefined)
      return
    }
    const current = await this.#sessionOf(request, true)
    const { session, setCookie } = current
    const credential =
      upstream.credential === 'token'
        ? ['authorization', `Bearer ${session.accessToken}`]
        : await this.#signing.sign({ upstream, method: 'GET', path, lines: passed, body: undefined }, session)
    const lines = [...passed, ...credential]
    forwardUpgrade({ upstream, path, request, socket, head, lines, setCookie }, this.#connections, (ends) => this.#keep(session.id, ends))
  }

  /** What upstreams learn of the browser: said by this process, whatever the browser says. */
  #aboutBrowser(request: IncomingMessage): readonly string[] {
    const { place, proxies } = this.#settings
    const address = addressOf(request, proxies)
    const { protocol = 'encrypted' in request.socket ? 'https:' : 'http:', host = request.headers.host } = place ?? {}
    return [
      ...(address === undefined ? [] : ['x-forwarded-for', address]),
      ...['x-forwarded-proto', protocol.slice(0, -1)],
      ...(host === undefined ? [] : ['x-forwarded-host', host]),
    ]
  }

  #keep(session: string, ends: readonly Duplex[]): void {
    const kept = this.#open.get(session) ?? new Set()
    this.#open.set(session, kept)
    for (const end of ends) {
      kept.add(end)
      end.once('close', () => {
        kept.delete(end)
        if (kept.size === 0 && this.#open.get(session) === kept) this.#open.delete(session)
      })
    }
  }

  #letGo(session: string): void {
    this.#signing.forget(session)
    for (const end of this.#open.get(session) ?? []) end.destroy()
    this.#open.delete(session)
  }
}

const never = (): boolean => false

/** What was on the request line, before a router took its own path off it. */
function targetOf(request: IncomingMessage & { readonly originalUrl?: unknown }): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '')
}
