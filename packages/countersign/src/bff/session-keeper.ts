import { AuthError, type Clock } from '../core/index.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Browser, IssuerApi } from './issuer-api.ts'
import type { PresentedSession, SessionCookie } from './session-cookie.ts'

/** The session of a request, as it is now. */
export interface CurrentSession extends PresentedSession {
  /** `Set-Cookie` of the answer, when it was refreshed on the way. */
  readonly setCookie: string | undefined
}

export interface SessionKeeperOptions {
  readonly issuer: IssuerApi
  readonly cookie: SessionCookie
  readonly clock: Clock
  /** Told when a session turns out to have ended. */
  readonly onEnded: (session: string) => void
}

/** So long before its end a token is replaced, or half its life where that is less. */
const AHEAD_MS = 30_000
/** What is refused although it was issued just now would be refused again. */
const YOUNG_MS = 5000
const REMEMBERED = 10_000
const MOST_HOPS = 8
const endings: ReadonlySet<string> = new Set(['refresh_invalid', 'refresh_reused'])

/**
 * Sessions that refresh themselves. One refresh serves all requests of a process that come with the same cookie, also those that come after it
 * with the older one; processes that ask at the same time ask with the same key, and so get the same successor from the issuer.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions
  /** By refresh token: under way, or done. */
  readonly #refreshes = new BoundedMap<Promise<CurrentSession>>(REMEMBERED)

  constructor(options: SessionKeeperOptions) {
    this.#options = options
  }

  /**
   * The session with an access token that lives for a while.
   *
   * @throws {AuthError} `refresh_invalid`, `refresh_reused`: the session has ended; `upstream_unreachable` when its token has, and the issuer does not answer.
   */
  current(presented: PresentedSession, browser: () => Browser): CurrentSession | Promise<CurrentSession> {
    const { session, handle } = presented
    const now = this.#options.clock.now()
    const ahead = Math.min(AHEAD_MS, (session.tokenEndsAt - session.issuedAt) / 2)
    if (session.tokenEndsAt - now > ahead) return { session, handle, setCookie: undefined }
    return this.#renewed(presented, browser)
  }

  /**
   * After an upstream has said that the token is no longer good.
   *
   * @returns `undefined` where another one would not help: it is young, and so it is not its age.
   */
  async after({ session, handle }: CurrentSession, browser: () => Browser): Promise<CurrentSession | undefined> {
    if (Math.abs(this.#options.clock.now() - session.issuedAt) < YOUNG_MS) return undefined
    return this.#once({ session, handle }, browser)
  }

  async #renewed(presented: PresentedSession, browser: () => Browser): Promise<CurrentSession> {
    try {
      let renewed = await this.#once(presented, browser)
      // Of a cookie that is older still: what was made of it then has had its time, too.
      for (let hops = 0; hops < MOST_HOPS && renewed.session.tokenEndsAt <= this.#options.clock.now(); hops++) {
        renewed = await this.#once({ ...presented, session: renewed.session }, browser)
      }
      return renewed
    } catch (error) {
      const isEnding = error instanceof AuthError && endings.has(error.code)
      // The issuer is away; the token is good for a moment yet.
      if (!isEnding && presented.session.tokenEndsAt > this.#options.clock.now()) return { ...presented, setCookie: undefined }
      throw error
    }
  }

  #once(presented: PresentedSession, browser: () => Browser): Promise<CurrentSession> {
    const { refreshToken } = presented.session
    const known = this.#refreshes.get(refreshToken)
    if (known !== undefined) return known
    const refresh = this.#refresh(presented, browser)
    this.#refreshes.set(refreshToken, refresh)
    // What has failed may be asked again.
    refresh.catch(() => this.#refreshes.delete(refreshToken))
    return refresh
  }

  async #refresh({ session, handle }: PresentedSession, browser: () => Browser): Promise<CurrentSession> {
    const { issuer, cookie, onEnded } = this.#options
    try {
      const renewed = await issuer.refresh(session, browser())
      return { session: renewed, handle, setCookie: await cookie.write(renewed, handle) }
    } catch (error) {
      if (error instanceof AuthError && endings.has(error.code)) onEnded(session.id)
      throw error
    }
  }
}
