import type { IncomingMessage, ServerResponse } from 'node:http'
import { AuthError } from '../core/index.ts'
import { readCookie, setCookie } from '../cookie/index.ts'
import type { BackendSession } from './backend-session.ts'
import { browserOf, sendJson } from './exchange.ts'
import type { BffSettings } from './options.ts'
import { csrfTokenOf, requireCsrf, requirePage } from './own-page.ts'
import { jsonBody, signInRequest } from './own-route.ts'
import type { PresentedSession } from './session-cookie.ts'
import type { SessionKeeper } from './session-keeper.ts'

export interface OwnGround {
  readonly settings: BffSettings
  readonly keeper: SessionKeeper
  /** Ends what this process keeps open or holds for a session. */
  readonly letGo: (session: string) => void
}

/** Chrome keeps no cookie longer. */
const DEVICE_SECONDS = 400 * 86_400
const deviceForm = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,256}$/
const over: ReadonlySet<string> = new Set(['refresh_invalid', 'refresh_reused'])
const dead: ReadonlySet<string> = new Set(['token_expired', 'token_revoked', 'token_invalid'])

/** `/bff/session`, `/bff/sign-in`, `/bff/sign-out`. */
export class OwnAddresses {
  readonly #ground: OwnGround

  constructor(ground: OwnGround) {
    this.#ground = ground
  }

  /** @returns what answers at this path; `undefined` when it is none of ours. */
  at(path: string): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined {
    const { session, signIn, signOut } = this.#ground.settings.own
    if (path === session) return only('GET', (request, response) => this.#session(request, response))
    if (path === signIn) return only('POST', (request, response) => this.#signIn(request, response))
    if (path === signOut) return only('POST', (request, response) => this.#signOut(request, response))
    return undefined
  }

  /** Who is signed in, as the page may know it, and the token for its next changes. */
  async #session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, keeper } = this.#ground
    const presented = await settings.cookie.read(request.headers.cookie)
    try {
      const current = presented && (await keeper.current(presented, () => browserOf(request, settings.proxies)))
      const lines = current?.setCookie === undefined ? [] : ['set-cookie', current.setCookie]
      sendJson(response, 200, current === undefined ? { signed_in: false } : this.#shown(current.session), lines)
    } catch (error) {
      if (!(error instanceof AuthError && over.has(error.code))) throw error
      // No cookie is taken away here: this answer may come after that of a newer sign-in.
      sendJson(response, 200, { signed_in: false })
    }
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, letGo } = this.#ground
    const { issuer, cookie, deviceCookie, proxies } = settings
    requirePage(request, settings)
    const known = readCookie(request.headers.cookie, deviceCookie.name)
    const given = signInRequest(await jsonBody(request), known !== undefined && deviceForm.test(known) ? known : undefined)
    const { session, deviceToken } = await issuer.signIn(given, browserOf(request, proxies))
    const setSession = await this.#written(session)
    const device =
      deviceToken === undefined
        ? []
        : ['set-cookie', setCookie(deviceCookie.name, deviceToken, { ...deviceCookie.attributes, maxAgeSeconds: DEVICE_SECONDS })]
    const before = await this.#presented(request)
    if (before !== undefined) {
      letGo(before.session.id)
      // Of the same browser: nobody has it any more. That it cannot be ended now does not undo the new one.
      await this.#end(before, request).catch(() => undefined)
      await cookie.forget(before).catch(() => undefined)
    }
    sendJson(response, 200, this.#shown(session), ['set-cookie', setSession, ...device])
  }

  /** The cookie goes whatever happens: who leaves a machine does not wait for a server. */
  async #signOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, letGo } = this.#ground
    const presented = await settings.cookie.read(request.headers.cookie)
    if (presented === undefined) {
      requirePage(request, settings)
    } else {
      requireCsrf(request, settings, presented.session.id)
      letGo(presented.session.id)
      response.appendHeader('set-cookie', settings.cookie.clear())
      const outcomes = await Promise.allSettled([this.#end(presented, request), settings.cookie.forget(presented)])
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      sendJson(response, 204, undefined)
      return
    }
    sendJson(response, 204, undefined, ['set-cookie', settings.cookie.clear()])
  }

  /** Ends a session at the issuer; one that has ended already is fine. */
  async #end(presented: PresentedSession, request: IncomingMessage): Promise<void> {
    const { settings, keeper } = this.#ground
    const { issuer, proxies } = settings
    try {
      const { session } = await keeper.current(presented, () => browserOf(request, proxies))
      await issuer.end(session).catch(async (error: unknown) => {
        if (!(error instanceof AuthError && dead.has(error.code))) throw error
        // The access token was cut off: only a new one can end the session.
        await issuer.end(await issuer.refresh(session, browserOf(request, proxies)))
      })
    } catch (error) {
      if (!(error instanceof AuthError && over.has(error.code))) throw error
    }
  }

  /** A session that no cookie can carry is ended again: nobody would hold it. */
  async #written(session: BackendSession): Promise<string> {
    const { issuer, cookie } = this.#ground.settings
    try {
      return await cookie.write(session)
    } catch (error) {
      await issuer.end(session).catch(() => undefined)
      throw error
    }
  }

  /** What was there before, if it can be read. */
  async #presented(request: IncomingMessage): Promise<PresentedSession | undefined> {
    try {
      return await this.#ground.settings.cookie.read(request.headers.cookie)
    } catch {
      return undefined
    }
  }

  #shown(session: BackendSession): Readonly<Record<string, unknown>> {
    const { settings } = this.#ground
    const { id, user, methods, authenticatedAt, endsAt } = session
    return {
      ...settings.claims({ id, user, methods }),
      signed_in: true,
      user,
      methods,
      authenticated_at: authenticatedAt,
      expires_at: new Date(endsAt).toISOString(),
      csrf_token: csrfTokenOf(settings, id),
    }
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function only(method: 'GET' | 'POST', answer: Answer): Answer {
  return async (request, response) => {
    if (request.method === method) return answer(request, response)
    response.setHeader('allow', method)
    throw new AuthError('method_not_allowed')
  }
}
