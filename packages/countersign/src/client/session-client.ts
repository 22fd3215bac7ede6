import { type Cancel, type Platform, systemPlatform } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { fetchAs } from './authorized-fetch.ts'
import { SessionApi, type SessionTransport, type SignInRequest } from './session-api.ts'
import { isOver, type SessionChange, SessionKeeper } from './session-keeper.ts'
import { SessionTabs, type TabNews } from './session-tabs.ts'
import { isAsleep, onWaking } from './session-waking.ts'
import type { StepUpProof, StepUpTerms } from './step-up.ts'
import {
  markOf,
  memoryStorage,
  pageStorage,
  readableAccessToken,
  type SessionDescription,
  SessionRecord,
  type SessionStorage,
  type SessionUser,
  type StoredSession,
} from './stored-session.ts'

export interface SessionClientOptions {
  /** Where the Countersign server answers. */
  readonly baseUrl: string
  /**
   * `bearer` (default): the client holds the tokens. `cookie`: the browser does, out of reach of every script, and the client adds the CSRF
   * token. The page has to be of the server's site, and its origin one of `COUNTERSIGN_ORIGINS`.
   */
  readonly transport?: SessionTransport
  /**
   * Default: memory, so that a page that is loaded anew, and another tab, sign in again. What keeps the session over that can be read by every
   * script of the page. With cookies it holds no token, only who is signed in; there the default is `localStorage`.
   */
  readonly storage?: SessionStorage
  readonly platform?: Platform
  /** How long before its end an access token is exchanged. Default 30 seconds, but never before half of its life is over. */
  readonly refreshAheadSeconds?: number
  /**
   * Exchange the token before anybody asks for it, while the page is looked at. It keeps a session from ending for being idle. Default: in a page yes,
   * elsewhere no.
   */
  readonly refreshesSilently?: boolean
  /**
   * Go along with the other tabs and workers of the origin: one exchange for all, one sign-out for all. Default: in browsers yes, elsewhere no.
   */
  readonly joinsTabs?: boolean
  /**
   * Asked when a service answers `step_up_required`: ask the user, call `authenticateAgain`, and say whether it was done. Then the request is sent once
   * more; otherwise, and without this, the refusal is the answer.
   */
  readonly onStepUp?: (terms: StepUpTerms) => Promise<boolean>
}

export interface SessionClient {
  /**
   * @throws {FactorRequired} The password was right and a second factor is wanted.
   * @throws {AuthError} `credentials_invalid`, `rate_limited`, `overloaded`, `unavailable`.
   */
  signIn(request: SignInRequest): Promise<{ readonly session: SessionDescription; readonly user: SessionUser }>
  /**
   * What `navigator.credentials.get` wants (`PublicKeyCredential.parseRequestOptionsFromJSON` reads it), to sign in with a passkey alone; with the
   * `factorTicket` of a `FactorRequired`, to sign in with one beside the password.
   */
  passkeyOptions(factorTicket?: string): Promise<unknown>
  /**
   * The session as the newest answer described it; `undefined` when nobody is signed in.
   *
   * @throws With cookies, when the server has to be asked whose they are, and gives no answer.
   */
  session(): Promise<SessionDescription | undefined>
  user(): Promise<SessionUser | undefined>
  /**
   * A token that has not expired, exchanged shortly before its end. A refresh that fails for want of an answer does not matter while
   * the old token lives.
   *
   * @throws {AuthError} `credential_missing` when nobody is signed in, or no script may read the token; `refresh_invalid`, `refresh_reused`
   * when the session has ended.
   */
  accessToken(): Promise<string>
  /**
   * `fetch` with the token, or with cookies and the CSRF token. A 401 that says `token_expired` or `token_revoked`, after a change of roles for one, leads
   * to one refresh and one more attempt; a body that can be read only once is not sent again. Send it to your own services only: whoever is
   * asked gets the token.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Exchanges the refresh token now. Calls at the same time, also those of other tabs, share one exchange. */
  refresh(): Promise<void>
  /**
   * Proves once more who is signed in: the next token has a younger `auth_time`.
   *
   * @throws {AuthError} `factor_required`, `credentials_invalid`, `rate_limited`; as `accessToken`.
   */
  authenticateAgain(proof: StepUpProof): Promise<void>
  /**
   * Removes the tokens from the storage, then ends the session at the server; in all tabs.
   *
   * @throws What `fetch` threw, or `AuthError`, when the server could not be told: here the tokens are gone all the same. With cookies it is the
   * server that takes them away: then somebody is still signed in, and it is to be called again.
   */
  signOut(): Promise<void>
  /** Each change, in whichever tab it was made. */
  onChange(listener: (change: SessionChange) => void): Cancel
  /** Stops refreshing silently and listening to other tabs. The session goes on. */
  close(): void
}

const DEFAULT_REFRESH_AHEAD_SECONDS = 30

/** Keeps a session for a page, a script or an app: signs in, refreshes unseen, signs out. */
export function createSessionClient(options: SessionClientOptions): SessionClient {
  return new KeptSessionClient(options)
}

class KeptSessionClient implements SessionClient {
  readonly #api: SessionApi
  readonly #keeper: SessionKeeper
  readonly #platform: Platform
  readonly #refreshAheadMs: number
  readonly #onStepUp: SessionClientOptions['onStepUp']
  readonly #stops: Cancel[] = []
  #cancelRenewal: Cancel | undefined

  constructor({ baseUrl, storage, platform = systemPlatform, transport = 'bearer', onStepUp, ...options }: SessionClientOptions) {
    const name = `countersign:${baseUrl}`
    const byCookie = transport === 'cookie'
    const { refreshAheadSeconds = DEFAULT_REFRESH_AHEAD_SECONDS, refreshesSilently = 'document' in globalThis } = options
    const { joinsTabs = 'location' in globalThis } = options
    this.#platform = platform
    this.#onStepUp = onStepUp
    this.#refreshAheadMs = refreshAheadSeconds * 1000
    this.#api = new SessionApi(baseUrl, platform, transport)
    const tabs = new SessionTabs(name, platform, !joinsTabs)
    const record = new SessionRecord(storage ?? (byCookie ? pageStorage() : memoryStorage()), name)
    this.#keeper = new SessionKeeper({ api: this.#api, record, tabs, platform, byCookie })
    this.#stops.push(tabs.listen((news) => void this.#hear(news)))
    if (refreshesSilently) this.#refreshSilently()
  }

  async signIn(request: SignInRequest): Promise<{ readonly session: SessionDescription; readonly user: SessionUser }> {
    const { session, user } = await this.#keeper.signIn(request)
    return { session, user }
  }

  passkeyOptions(factorTicket?: string): Promise<unknown> {
    return this.#api.passkeyOptions(factorTicket)
  }

  async session(): Promise<SessionDescription | undefined> {
    return (await this.#keeper.read())?.session
  }

  async user(): Promise<SessionUser | undefined> {
    return (await this.#keeper.read())?.user
  }

  async accessToken(): Promise<string> {
    const current = await this.#current()
    const token = 'accessToken' in current ? current.accessToken : readableAccessToken()
    if (token === undefined) throw new AuthError('credential_missing', { reason: 'no_script_may_read_it' })
    return token
  }

  async #current(): Promise<StoredSession> {
    const { era } = this.#keeper
    const stored = await this.#signedIn()
    if (!this.#isDue(stored, 1)) return stored
    let newest = stored
    try {
      newest = await this.#keeper.renew(markOf(stored))
    } catch (error) {
      if (isOver(error) || (era === this.#keeper.era && !this.#lives(stored))) throw error
    }
    // Meanwhile somebody signed out or in: what was asked for belongs to nobody any more.
    return era === this.#keeper.era ? newest : this.#current()
  }

  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    return fetchAs(this.#platform.fetch, input, init, {
      current: () => this.#current(),
      after: (refused) => this.#keeper.renew(markOf(refused)),
      ...(this.#onStepUp === undefined ? {} : { stepUp: this.#onStepUp }),
    })
  }

  async authenticateAgain(proof: StepUpProof): Promise<void> {
    await this.#keeper.settled()
    await this.#current()
    await this.#keeper.exchange((stored, key) => this.#api.authenticateAgain(stored, proof, key))
  }

  async refresh(): Promise<void> {
    await this.#keeper.renew(markOf(await this.#signedIn()))
  }

  signOut(): Promise<void> {
    return this.#keeper.signOut()
  }

  onChange(listener: (change: SessionChange) => void): Cancel {
    return this.#keeper.onChange(listener)
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop()
    this.#cancelRenewal?.()
  }

  async #hear(news: TabNews): Promise<void> {
    const own = await this.#keeper.hear(news)
    // Its tokens are gone here; whether the server hears of it is not ours to insist on.
    if (own !== undefined) await this.#keeper.endAtServer(own).catch(() => undefined)
  }

  async #signedIn(): Promise<StoredSession> {
    const stored = await this.#keeper.read()
    if (stored === undefined) throw new AuthError('credential_missing')
    return stored
  }

  /** A clock that was set back makes a token seem to live longer than it ever did. */
  #lives({ expiresAt, lifeMs }: StoredSession): boolean {
    const leftMs = expiresAt - this.#platform.clock.now()
    return leftMs > 0 && leftMs <= lifeMs
  }

  /** @param earlier 1: before it is used; more: before anybody asks for it. */
  #isDue(stored: StoredSession, earlier: number): boolean {
    return !this.#lives(stored) || stored.expiresAt - this.#platform.clock.now() <= this.#aheadMs(stored) * earlier
  }

  #aheadMs({ lifeMs }: StoredSession): number {
    return Math.min(this.#refreshAheadMs, lifeMs / 2)
  }

  #refreshSilently(): void {
    // Pages that began in the same moment do not come back in the same moment.
    const earlier = 1 + (this.#platform.random.bytes(1)[0] ?? 0) / 512
    const look = (): void => void this.#renewInTime(earlier, look)
    this.#stops.push(onWaking(look), this.#keeper.onChange(look))
    look()
  }

  /** Exchanges a token that is about to end, and comes back when the next one is. Pages that nobody sees wait until somebody does. */
  async #renewInTime(earlier: number, again: () => void): Promise<void> {
    const stored = await this.#keeper.read().catch(() => undefined)
    if (stored === undefined || this.#stops.length === 0) return
    const aheadMs = this.#aheadMs(stored) * earlier
    if (!this.#isDue(stored, earlier)) return this.#renewAfter(stored.expiresAt - this.#platform.clock.now() - aheadMs, again)
    if (isAsleep()) return
    try {
      await this.#keeper.renew(markOf(stored))
    } catch {
      if (this.#lives(stored)) this.#renewAfter(aheadMs / 4, again)
    }
  }

  #renewAfter(delayMs: number, task: () => void): void {
    this.#cancelRenewal?.()
    this.#cancelRenewal = this.#platform.clock.after(delayMs, task)
  }
}
