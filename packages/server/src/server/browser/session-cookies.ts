import { AuthError, type Clock, encodeBase64url, type Random } from 'countersign/core'
import { clearCookie, type CookieAttributes, CookieTooLong, readCookie, setCookie } from 'countersign/cookie'
import type { SignedIn } from '../../session/index.ts'
import type { CookieForm, CookieSameSite } from '../config-browser.ts'
import { type CookieNames, cookieNames } from './cookie-names.ts'
import { type CsrfGuard, sessionBinding } from './csrf-guard.ts'

export interface SessionCookiesOptions {
  /** `Secure`, and the prefixes that need it. */
  readonly isSecure: boolean
  /** Of the access token and the CSRF token; the others never leave this host. */
  readonly domain: string | undefined
  readonly sameSite: CookieSameSite
  readonly form: CookieForm
  readonly csrf: CsrfGuard
  readonly clock: Clock
  readonly random: Random
}

/** What a browser sends of it; nothing is verified. */
export interface PresentedCookies {
  readonly access: string | undefined
  readonly refresh: string | undefined
  readonly device: string | undefined
}

/** A browser before anybody has signed in there: what its forms are bound to. */
export interface Visit {
  readonly id: string
  /** For a browser that had none. */
  readonly setCookie: string | undefined
}

/** Chrome keeps no cookie longer. */
const DEVICE_SECONDS = 400 * 86_400
const visitForm = /^[A-Za-z0-9_-]{22}$/
const VISIT_BYTES = 16

/** A session as cookies: what they are called, who may read them, how long they stay. */
export class SessionCookies {
  readonly names: CookieNames
  readonly #options: SessionCookiesOptions

  constructor(options: SessionCookiesOptions) {
    this.#options = options
    this.names = cookieNames(options.isSecure, options.domain !== undefined)
  }

  /**
   * Adds the cookies of the session. All of them, or none.
   *
   * @throws {AuthError} `cookie_too_large`: see `signedInCookies`.
   */
  set(headers: Headers, signedIn: SignedIn): void {
    for (const cookie of this.of(signedIn)) headers.append('set-cookie', cookie)
  }

  /** The same as values of `Set-Cookie`. @param csrfToken Of the session, where the answer tells it too: services compare it with the cookie. */
  of(signedIn: SignedIn, csrfToken: string = this.#options.csrf.csrfToken(sessionBinding(signedIn.session.id))): readonly string[] {
    const { accessToken, expiresInSeconds, refreshToken, session, deviceToken } = signedIn
    const { form, clock } = this.#options
    const leftMs = Math.min(session.expiresAt, session.idleExpiresAt) - clock.now()
    const maxAgeSeconds = Math.max(0, Math.ceil(leftMs / 1000))
    const { names } = this
    try {
      return [
        setCookie(names.access, accessToken, { ...this.#shared, maxAgeSeconds: expiresInSeconds, httpOnly: form === 'http-only' }),
        setCookie(names.refresh, refreshToken, { ...this.#own, maxAgeSeconds }),
        setCookie(names.csrf, csrfToken, { ...this.#shared, maxAgeSeconds, httpOnly: false }),
        ...(deviceToken === undefined ? [] : [setCookie(names.device, deviceToken, { ...this.#own, maxAgeSeconds: DEVICE_SECONDS })]),
      ]
    } catch (error) {
      if (!(error instanceof CookieTooLong)) throw error
      throw new AuthError('cookie_too_large', { cookie: error.cookie, length: error.length, session: session.id })
    }
  }

  /** Takes the session from the browser. What tells the device stays. */
  clear(headers: Headers): void {
    const { names } = this
    headers.append('set-cookie', clearCookie(names.access, this.#shared))
    headers.append('set-cookie', clearCookie(names.refresh, this.#own))
    headers.append('set-cookie', clearCookie(names.csrf, { ...this.#shared, httpOnly: false }))
  }

  /** @throws {AuthError} `credential_malformed` for a cookie that is there twice. */
  read(request: Request): PresentedCookies {
    const header = request.headers.get('cookie') ?? undefined
    const { refresh, device } = this.names
    return {
      access: this.accessToken(request),
      refresh: readCookie(header, refresh) || undefined,
      device: readCookie(header, device) || undefined,
    }
  }

  /** @throws {AuthError} `credential_malformed` when it is there twice. */
  accessToken(request: Request): string | undefined {
    return readCookie(request.headers.get('cookie') ?? undefined, this.names.access) || undefined
  }

  /** The browser's visit; a new one where it has none, or something that we have not made. */
  visit(request: Request): Visit {
    const { visit } = this.names
    const known = readCookie(request.headers.get('cookie') ?? undefined, visit)
    if (known !== undefined && visitForm.test(known)) return { id: known, setCookie: undefined }
    const id = encodeBase64url(this.#options.random.bytes(VISIT_BYTES))
    return { id, setCookie: setCookie(visit, id, this.#own) }
  }

  get #own(): CookieAttributes {
    const { isSecure, sameSite } = this.#options
    return { secure: isSecure, sameSite }
  }

  get #shared(): CookieAttributes {
    return { ...this.#own, domain: this.#options.domain }
  }
}
