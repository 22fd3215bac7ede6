import { encodeBase64url } from '../core/base64url.ts'
import { type Cancel, type Platform, systemPlatform } from '../core/platform.ts'
import { AuthError, type RefusalCode } from '../core/refusal.ts'
import { fetchWithToken } from './authorized-fetch.ts'
import { SessionApi, type SignInRequest } from './session-api.ts'
import type { StepUpProof, StepUpTerms } from './step-up.ts'
import {
  memoryStorage,
  type SessionDescription,
  SessionRecord,
  type SessionStorage,
  type SessionUser,
  type StoredSession,
} from './stored-session.ts'

export interface SessionClientOptions {
  /** Where the Countersign server answers. */
  readonly baseUrl: string
  /** Default: memory. What keeps the session over a restart can be read by every script of the page. */
  readonly storage?: SessionStorage
  readonly platform?: Platform
  /** How long before its end an access token is exchanged. Default 30 seconds, but never before half of its life is over. */
  readonly refreshAheadSeconds?: number
  /**
   * Asked when a service answers `step_up_required`: ask the user, call `authenticateAgain`, and say whether it was done. Then the request is sent once
   * more; otherwise, and without this, the refusal is the answer.
   */
  readonly onStepUp?: (terms: StepUpTerms) => Promise<boolean>
}

export type SessionChange =
  | { readonly state: 'signed-in' | 'refreshed'; readonly session: SessionDescription; readonly user: SessionUser }
  /** `reason` is the server's refusal when the session ended without `signOut`. */
  | { readonly state: 'signed-out'; readonly reason?: RefusalCode }

export interface SessionClient {
  /** @throws {AuthError} `credentials_invalid`, `factor_required`, `rate_limited`, `overloaded`, `unavailable`. */
  signIn(request: SignInRequest): Promise<{ readonly session: SessionDescription; readonly user: SessionUser }>
  /** The session as the newest answer described it; `undefined` when nobody is signed in. */
  session(): Promise<SessionDescription | undefined>
  user(): Promise<SessionUser | undefined>
  /**
   * A token that has not expired, exchanged shortly before its end. A refresh that fails for want of an answer does not matter while
   * the old token lives.
   *
   * @throws {AuthError} `credential_missing` when nobody is signed in; `refresh_invalid`, `refresh_reused` when the session has ended.
   */
  accessToken(): Promise<string>
  /**
   * `fetch` with the token. A service's 401 that says `token_expired` or `token_revoked` leads to one refresh and one more attempt; a
   * body that can be read only once is not sent again. Send it to your own services only: whoever is asked gets the token.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Exchanges the refresh token now. Calls at the same time share one exchange. */
  refresh(): Promise<void>
  /**
   * Proves once more who is signed in: the next token has a younger `auth_time`.
   *
   * @throws {AuthError} `factor_required`, `credentials_invalid`, `rate_limited`; as `accessToken`.
   */
  authenticateAgain(proof: StepUpProof): Promise<void>
  /**
   * Removes the tokens from the storage, then ends the session at the server.
   *
   * @throws What `fetch` threw, or `AuthError`, when the server could not be told: here the tokens are gone all the same.
   */
  signOut(): Promise<void>
  onChange(listener: (change: SessionChange) => void): Cancel
}

const DEFAULT_REFRESH_AHEAD_SECONDS = 30
const IDEMPOTENCY_KEY_BYTES = 16

/** The refusals after which the refresh token will never work again. */
const endings: readonly RefusalCode[] = ['refresh_invalid', 'refresh_reused']

/** Keeps a session for a page, a script or an app: signs in, refreshes unseen, signs out. */
export function createSessionClient(options: SessionClientOptions): SessionClient {
  return new StoredSessionClient(options)
}

class StoredSessionClient implements SessionClient {
  readonly #api: SessionApi
  readonly #record: SessionRecord
  readonly #platform: Platform
  readonly #refreshAheadMs: number
  readonly #onStepUp: SessionClientOptions['onStepUp']
  readonly #listeners = new Set<(change: SessionChange) => void>()
  #refreshing: Promise<StoredSession> | undefined
  /** Moves with each sign-in and sign-out: an answer that was asked for before belongs to nobody any more. */
  #era = 0

  constructor({ baseUrl, storage, platform, refreshAheadSeconds, onStepUp }: SessionClientOptions) {
    this.#platform = platform ?? systemPlatform
    this.#api = new SessionApi(baseUrl, this.#platform)
    this.#record = new SessionRecord(storage ?? memoryStorage(), `countersign:${baseUrl}`)
    this.#onStepUp = onStepUp
    this.#refreshAheadMs = (refreshAheadSeconds ?? DEFAULT_REFRESH_AHEAD_SECONDS) * 1000
  }

  async signIn(request: SignInRequest): Promise<{ readonly session: SessionDescription; readonly user: SessionUser }> {
    const { deviceToken, ...signedIn } = await this.#api.signIn(request, await this.#record.deviceToken())
    this.#era++
    this.#refreshing = undefined
    await this.#record.write(signedIn)
    if (deviceToken !== undefined) await this.#record.keepDeviceToken(deviceToken)
    const { session, user } = signedIn
    this.#tell({ state: 'signed-in', session, user })
    return { session, user }
  }

  async session(): Promise<SessionDescription | undefined> {
    return (await this.#record.read())?.session
  }

  async user(): Promise<SessionUser | undefined> {
    return (await this.#record.read())?.user
  }

  async accessToken(): Promise<string> {
    return (await this.#current()).accessToken
  }

  async #current(): Promise<StoredSession> {
    const era = this.#era
    const stored = await this.#signedIn()
    const leftMs = stored.expiresAt - this.#platform.clock.now()
    if (leftMs > Math.min(this.#refreshAheadMs, stored.lifeMs / 2)) return stored
    let newest = stored
    try {
      newest = await this.#refreshOnce(stored.accessToken)
    } catch (error) {
      if (isEnding(error) || (era === this.#era && stored.expiresAt <= this.#platform.clock.now())) throw error
    }
    // Meanwhile somebody signed out or in: what was asked for belongs to nobody any more.
    return era === this.#era ? newest : this.#current()
  }

  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    return fetchWithToken(this.#platform.fetch, input, init, {
      current: () => this.#current(),
      after: ({ accessToken }) => this.#refreshOnce(accessToken),
      ...(this.#onStepUp === undefined ? {} : { stepUp: this.#onStepUp }),
    })
  }

  async authenticateAgain(proof: StepUpProof): Promise<void> {
    await this.#refreshing?.catch(() => undefined)
    await this.#current()
    // An exchange as any other: whoever wants a new token meanwhile waits for this one.
    await this.#once(() => this.#exchange(undefined, (stored, key) => this.#api.authenticateAgain(stored, proof, key)))
  }

  async refresh(): Promise<void> {
    await this.#refreshOnce((await this.#signedIn()).accessToken)
  }

  async signOut(): Promise<void> {
    const stored = await this.#record.read()
    const refreshing = this.#refreshing
    this.#era++
    this.#refreshing = undefined
    await this.#record.remove()
    if (stored === undefined) return
    this.#tell({ state: 'signed-out' })
    // An exchange under way ends in the only tokens that still work.
    const newest = await refreshing?.catch(() => undefined)
    await this.#endAtServer(newest ?? stored)
  }

  onChange(listener: (change: SessionChange) => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async #signedIn(): Promise<StoredSession> {
    const stored = await this.#record.read()
    if (stored === undefined) throw new AuthError('credential_missing')
    return stored
  }

  /** One exchange for all who ask at the same time. @param outdated The access token that is to be replaced. */
  #refreshOnce(outdated: string): Promise<StoredSession> {
    return this.#refreshing ?? this.#once(() => this.#exchange(outdated, ({ refreshToken }, key) => this.#api.refresh(refreshToken, key)))
  }

  #once(exchange: () => Promise<StoredSession>): Promise<StoredSession> {
    const refreshing = exchange().finally(() => {
      if (this.#refreshing === refreshing) this.#refreshing = undefined
    })
    this.#refreshing = refreshing
    return refreshing
  }

  async #exchange(
    outdated: string | undefined,
    ask: (stored: StoredSession, idempotencyKey: string) => Promise<StoredSession>,
  ): Promise<StoredSession> {
    const era = this.#era
    const stored = await this.#signedIn()
    if (era !== this.#era) throw new AuthError('credential_missing')
    // Somebody was quicker: another request, or another tab with the same storage.
    if (outdated !== undefined && stored.accessToken !== outdated) return stored
    const idempotencyKey = stored.idempotencyKey ?? encodeBase64url(this.#platform.random.bytes(IDEMPOTENCY_KEY_BYTES))
    // Kept before asking: if the answer gets lost, even with this process, the next attempt asks for the same successor.
    if (stored.idempotencyKey === undefined) await this.#record.write({ ...stored, idempotencyKey })
    let renewed: StoredSession
    try {
      renewed = await ask(stored, idempotencyKey)
    } catch (error) {
      return this.#afterRefusal(error, stored, era)
    }
    if (era !== this.#era) return renewed
    await this.#record.write(renewed)
    this.#tell({ state: 'refreshed', session: renewed.session, user: renewed.user })
    return renewed
  }

  /** The session has ended, unless another tab holds a younger token by now. Everything else leaves it as it was. */
  async #afterRefusal(error: unknown, asked: StoredSession, era: number): Promise<StoredSession> {
    if (!isEnding(error) || era !== this.#era) throw error
    const stored = await this.#record.read()
    if (stored !== undefined && stored.refreshToken !== asked.refreshToken) return stored
    this.#era++
    await this.#record.remove()
    this.#tell({ state: 'signed-out', reason: error.code })
    throw error
  }

  async #endAtServer(stored: StoredSession): Promise<void> {
    try {
      await this.#api.end(stored)
    } catch (error) {
      if (!(error instanceof AuthError) || !error.code.startsWith('token_')) throw error
      await this.#endWithNewToken(stored)
    }
  }

  /** The access token had expired or was cut off: only a new one can end the session. */
  async #endWithNewToken({ refreshToken, idempotencyKey }: StoredSession): Promise<void> {
    try {
      const key = idempotencyKey ?? encodeBase64url(this.#platform.random.bytes(IDEMPOTENCY_KEY_BYTES))
      await this.#api.end(await this.#api.refresh(refreshToken, key))
    } catch (error) {
      // It had ended already.
      if (!isEnding(error)) throw error
    }
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

const isEnding = (error: unknown): error is AuthError => error instanceof AuthError && endings.includes(error.code)
