import type { Cancel, Platform } from '../core/platform.ts'
import { AuthError, type RefusalCode } from '../core/refusal.ts'
import { type SessionApi, type SignInRequest, TIMEOUT_MS } from './session-api.ts'
import type { SessionTabs, TabNews } from './session-tabs.ts'
import { markOf, type SessionDescription, type SessionRecord, type SessionUser, type StoredSession } from './stored-session.ts'

export type SessionChange =
  | { readonly state: 'signed-in' | 'refreshed'; readonly session: SessionDescription; readonly user: SessionUser }
  /** `reason` is the server's refusal when the session ended without `signOut`. */
  | { readonly state: 'signed-out'; readonly reason?: RefusalCode }

interface SessionKeeperOptions {
  readonly api: SessionApi
  readonly record: SessionRecord
  readonly tabs: SessionTabs
  readonly platform: Platform
  /** The browser has the tokens: there may be a session that this page knows nothing of. */
  readonly byCookie: boolean
}

const IDEMPOTENCY_KEY_BYTES = 16

/** The one session of a client: read, exchanged, taken over from another tab, forgotten. Says of every change that it has happened. */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions
  readonly #listeners = new Set<(change: SessionChange) => void>()
  #exchanging: Promise<StoredSession> | undefined
  /** Moves with each sign-in and sign-out: an answer that was asked for before belongs to nobody any more. */
  #era = 0
  /** What the listeners know of. */
  #told: StoredSession | undefined
  /** The server has said that the cookies are those of nobody, or we have made them so. */
  #isNobody: boolean
  /** Of the question whose cookies there are. */
  #key: string | undefined

  constructor(options: SessionKeeperOptions) {
    this.#options = options
    this.#isNobody = !options.byCookie
  }

  get era(): number {
    return this.#era
  }

  onChange(listener: (change: SessionChange) => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** @returns `undefined` when nobody is signed in. @throws What `fetch` threw, or `AuthError`, when that cannot be known. */
  async read(): Promise<StoredSession | undefined> {
    const stored = await this.#options.record.read()
    this.#told ??= stored
    if (stored !== undefined || this.#isNobody) return stored
    try {
      return await this.renew('')
    } catch (error) {
      if (this.#isEnding(error)) return undefined
      throw error
    }
  }

  async signIn(request: SignInRequest): Promise<StoredSession> {
    const { api, record } = this.#options
    return this.#exclusively(async () => {
      const { deviceToken, ...signedIn } = await api.signIn(request, await record.deviceToken())
      this.#era++
      this.#exchanging = undefined
      await record.write(signedIn)
      if (deviceToken !== undefined) await record.keepDeviceToken(deviceToken)
      this.#keep('signed-in', signedIn)
      return signedIn
    })
  }

  /** One exchange for all who ask at the same time. @param outdated The mark of what is to be replaced. */
  renew(outdated: string): Promise<StoredSession> {
    return this.#exchanging ?? this.#once(outdated, (stored, key) => this.#options.api.refresh(stored, key))
  }

  /** An exchange of another kind. Whoever wants a new token meanwhile waits for this one. */
  async exchange(ask: (stored: StoredSession, idempotencyKey: string) => Promise<StoredSession>): Promise<void> {
    await this.#once(undefined, (stored, key) => {
      if (stored === undefined) throw new AuthError('credential_missing')
      return ask(stored, key)
    })
  }

  /** The exchange that is under way has ended, however. */
  async settled(): Promise<StoredSession | undefined> {
    return this.#exchanging?.catch(() => undefined)
  }

  #once(outdated: string | undefined, ask: Ask): Promise<StoredSession> {
    const era = this.#era
    const exchanging = this.#exclusively(() => this.#exchange(era, outdated, ask)).finally(() => {
      if (this.#exchanging === exchanging) this.#exchanging = undefined
    })
    this.#exchanging = exchanging
    return exchanging
  }

  async #exchange(era: number, outdated: string | undefined, ask: Ask): Promise<StoredSession> {
    const { record } = this.#options
    const stored = await record.read()
    if (era !== this.#era || (stored === undefined && this.#isNobody)) throw new AuthError('credential_missing')
    // Somebody was quicker: another request, or another tab with the same storage.
    if (stored !== undefined && outdated !== undefined && markOf(stored) !== outdated) return this.#adopt(stored)
    const idempotencyKey = stored?.idempotencyKey ?? this.#key ?? this.#newKey()
    // Kept before asking: if the answer gets lost, even with this process, the next attempt asks for the same successor.
    if (stored === undefined) this.#key = idempotencyKey
    else if (stored.idempotencyKey === undefined) await record.write({ ...stored, idempotencyKey })
    let renewed: StoredSession
    try {
      renewed = await ask(stored, idempotencyKey)
    } catch (error) {
      return this.#afterRefusal(error, stored, era)
    }
    this.#key = undefined
    if (era !== this.#era) return renewed
    const now = await record.read()
    // Another tab has signed out meanwhile, or in.
    if (now === undefined && stored !== undefined) throw new AuthError('credential_missing')
    if (now !== undefined && (stored === undefined || markOf(now) !== markOf(stored))) return this.#adopt(now)
    await record.write(renewed)
    this.#keep(stored === undefined ? 'signed-in' : 'refreshed', renewed)
    return renewed
  }

  /** The session has ended, unless another tab holds a younger token by now. Everything else leaves it as it was. */
  async #afterRefusal(error: unknown, asked: StoredSession | undefined, era: number): Promise<StoredSession> {
    if (!this.#isEnding(error) || era !== this.#era) throw error
    this.#key = undefined
    const now = await this.#options.record.read()
    if (now !== undefined && (asked === undefined || markOf(now) !== markOf(asked))) return this.#adopt(now)
    await this.#forget(error.code)
    throw error
  }

  #adopt(stored: StoredSession): StoredSession {
    this.#show(this.#told?.session.id === stored.session.id ? 'refreshed' : 'signed-in', stored)
    return stored
  }

  #keep(state: 'signed-in' | 'refreshed', stored: StoredSession): void {
    this.#show(state, stored)
    this.#options.tabs.tell({ state, session: stored.session.id })
  }

  #show(state: 'signed-in' | 'refreshed', stored: StoredSession): void {
    if (this.#told !== undefined && markOf(this.#told) === markOf(stored)) return
    this.#told = stored
    this.#isNobody = !this.#options.byCookie
    this.#tell({ state, session: stored.session, user: stored.user })
  }

  /** @throws as `SessionClient.signOut`. */
  async signOut(): Promise<void> {
    const exchanging = this.#exchanging?.catch(() => undefined)
    if (this.#options.byCookie) {
      await exchanging
      if (this.#isNobody) return
      // Only an answer of the server takes the cookies away: until then somebody is signed in.
      await this.#exclusively(async () => this.endAtServer(await this.#options.record.read()))
      return this.#forget()
    }
    const stored = await this.#options.record.read()
    await this.#forget()
    // An exchange under way ends in the only tokens that still work.
    if (stored !== undefined) await this.endAtServer((await exchanging) ?? stored)
  }

  /** With a new token where the old one is of no use any more. @param stored `undefined`: whatever cookies there are. */
  async endAtServer(stored: StoredSession | undefined): Promise<void> {
    const { api } = this.#options
    try {
      if (stored !== undefined) return await api.end(stored)
    } catch (error) {
      const isOutdated = error instanceof AuthError && /^(?:token_|credential_missing|csrf_)/.test(error.code)
      if (!isOutdated) throw error
    }
    try {
      await api.end(await api.refresh(stored, stored?.idempotencyKey ?? this.#newKey()))
    } catch (error) {
      // It had ended already.
      if (!this.#isEnding(error)) throw error
    }
  }

  /** Nobody is signed in from here on. @param reason Why, unless somebody has asked for it. */
  async #forget(reason?: RefusalCode): Promise<void> {
    const { record, tabs } = this.#options
    const stored = (await record.read()) ?? this.#told
    this.#leave()
    await record.remove()
    if (stored === undefined) return
    const { session, user } = stored
    tabs.tell({ state: 'signed-out', session: session.id, ...(reason === undefined ? { user: user.id } : { reason }) })
    this.#tell({ state: 'signed-out', ...(reason === undefined ? {} : { reason }) })
  }

  /**
   * What another tab tells.
   *
   * @returns a session of this tab's own that has to be ended, since the same person has signed out there.
   */
  async hear({ state, session, user, reason }: TabNews): Promise<StoredSession | undefined> {
    const { record } = this.#options
    const told = this.#told
    const stored = await record.read()
    if (state !== 'signed-out') {
      if (stored === undefined) this.#isNobody = !this.#options.byCookie
      else if (stored.session.id === session) this.#hearOf(state, stored)
      return undefined
    }
    const isSame = (stored ?? told)?.session.id === session
    const isOwn = stored !== undefined && !isSame && stored.user.id === user && stored.session.id === told?.session.id
    if (!isSame && !isOwn) return undefined
    this.#leave()
    await record.remove()
    if (told !== undefined) this.#tell({ state: 'signed-out', ...(reason === undefined ? {} : { reason }) })
    return isOwn ? stored : undefined
  }

  #hearOf(state: 'signed-in' | 'refreshed', stored: StoredSession): void {
    if (this.#told !== undefined && this.#told.session.id !== stored.session.id) this.#era++
    this.#show(state, stored)
  }

  #leave(): void {
    this.#era++
    this.#exchanging = undefined
    this.#told = undefined
    this.#key = undefined
    this.#isNobody = true
  }

  #isEnding(error: unknown): error is AuthError {
    return isOver(error) || (this.#options.byCookie && error instanceof AuthError && error.code === 'credential_missing')
  }

  #newKey(): string {
    return Array.from(this.#options.platform.random.bytes(IDEMPOTENCY_KEY_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#options.tabs.exclusively(TIMEOUT_MS, task)
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** After such a refusal the refresh token will never work again. */
export const isOver = (error: unknown): error is AuthError => error instanceof AuthError && error.code.startsWith('refresh_')

type Ask = (stored: StoredSession | undefined, idempotencyKey: string) => Promise<StoredSession>
