import { AuthError, type Clock, encodeBase64url, type Random } from '../core/index.ts'
import { clearCookie, type CookieAttributes, type CookieCodec, CookieTooLong, readCookie, setCookie } from '../cookie/index.ts'
import { sha256Base64url } from '../crypto/index.ts'
import { type BackendSession, readSession, writeSession } from './backend-session.ts'
import { BoundedMap } from './bounded-map.ts'
import type { BackendSessionStore } from './session-store.ts'

/** A session as a browser presents it. */
export interface PresentedSession {
  readonly session: BackendSession
  /** Where it is kept, in a store. */
  readonly handle: string | undefined
}

export interface SessionCookieOptions {
  readonly name: string
  readonly attributes: CookieAttributes
  readonly codec: CookieCodec
  readonly store: BackendSessionStore | undefined
  readonly clock: Clock
  readonly random: Random
}

const HANDLE_BYTES = 32
const handleForm = /^[A-Za-z0-9_-]{43}$/
const REMEMBERED = 10_000
/** With these there is nobody signed in. */
const nothing: ReadonlySet<string> = new Set(['credential_malformed', 'token_invalid', 'token_expired'])

/** The one cookie: the session itself, sealed, or the handle of one that is kept in a store. */
export class SessionCookie {
  readonly #options: SessionCookieOptions
  /** What was opened before, by its whole text: to open it again would say the same. */
  readonly #opened = new BoundedMap<BackendSession>(REMEMBERED)

  constructor(options: SessionCookieOptions) {
    this.#options = options
  }

  /**
   * @returns `undefined` without a session: no cookie, one that is not ours, or one that has ended.
   * @throws {AuthError} `credential_malformed` for a cookie that stands there twice; `unavailable` where the store is.
   */
  read(header: string | undefined): PresentedSession | undefined | Promise<PresentedSession | undefined> {
    const { name, store, clock } = this.#options
    const text = readCookie(header, name)
    if (text === undefined || text === '') return undefined
    if (store !== undefined) return handleForm.test(text) ? this.#fromStore(text, store) : undefined
    const known = this.#opened.get(text)
    if (known !== undefined) return known.endsAt <= clock.now() ? undefined : { session: known, handle: undefined }
    const session = this.#open(text)
    if (session === undefined) return undefined
    this.#opened.set(text, session)
    return { session, handle: undefined }
  }

  /**
   * The value of `Set-Cookie` for a session, new or refreshed.
   *
   * @param handle Of the session that it takes the place of.
   * @throws {AuthError} `cookie_too_large`; `unavailable`.
   */
  async write(session: BackendSession, handle?: string): Promise<string> {
    const { name, attributes, codec, store, clock, random } = this.#options
    const expiresInSeconds = Math.max(1, Math.floor((session.endsAt - clock.now()) / 1000))
    try {
      const sealed = codec.write(name, writeSession(session), { expiresInSeconds })
      if (store === undefined) return setCookie(name, sealed, { ...attributes, maxAgeSeconds: expiresInSeconds })
      const kept = handle ?? encodeBase64url(random.bytes(HANDLE_BYTES))
      await reached(store.write(sha256Base64url(kept), sealed, session.endsAt))
      return setCookie(name, kept, { ...attributes, maxAgeSeconds: expiresInSeconds })
    } catch (error) {
      if (!(error instanceof CookieTooLong)) throw error
      throw new AuthError('cookie_too_large', { cookie: name, length: error.length, session: session.id })
    }
  }

  clear(): string {
    return clearCookie(this.#options.name, this.#options.attributes)
  }

  /** Lets go of what a store keeps. */
  async forget({ handle }: PresentedSession): Promise<void> {
    const { store } = this.#options
    if (store !== undefined && handle !== undefined) await reached(store.remove(sha256Base64url(handle)))
  }

  async #fromStore(handle: string, store: BackendSessionStore): Promise<PresentedSession | undefined> {
    const sealed = await reached(store.read(sha256Base64url(handle)))
    const session = sealed === undefined ? undefined : this.#open(sealed)
    return session && { session, handle }
  }

  #open(text: string): BackendSession | undefined {
    const { name, codec, clock } = this.#options
    try {
      const session = readSession(codec.read(name, text).value)
      return session === undefined || session.endsAt <= clock.now() ? undefined : session
    } catch (error) {
      if (error instanceof AuthError && nothing.has(error.code)) return undefined
      throw error
    }
  }
}

async function reached<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked
  } catch (cause) {
    throw new AuthError('unavailable', { reason: 'session_store' }, { cause })
  }
}
