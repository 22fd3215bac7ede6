import { AuthError, type Clock, type Random } from 'countersign/core'
import { clearCookie, readCookie, setCookie } from 'countersign/cookie'
import { createTimedTokens, type TimedTokens } from 'countersign/token'
import type { MasterSecret } from '../../signing/index.ts'

export interface SealedCookieOptions {
  /** Without prefix: `cs_flash`. */
  readonly name: string
  readonly lifeSeconds: number
  readonly isSecure: boolean
  readonly secret: MasterSecret
  readonly clock: Clock
  readonly random: Random
}

export type SealedFacts = Readonly<Record<string, unknown>>

/**
 * What a page has to know again after a redirect, kept by the browser: sealed, so that nobody reads or changes it there, for minutes, and
 * bound to a session or to a visit, so that it is worth nothing in another browser.
 */
export class SealedCookie {
  readonly #name: string
  readonly #options: SealedCookieOptions
  readonly #tokens: TimedTokens

  constructor(options: SealedCookieOptions) {
    const { name, isSecure, secret, clock, random } = options
    this.#name = `${isSecure ? '__Host-' : ''}${name}`
    this.#options = options
    const keys = secret.purposeKeys(`page-${name}/1`).map(({ key }) => key)
    this.#tokens = createTimedTokens({ keys, purpose: `page-${name}/1`, clock, encrypted: true, random })
  }

  /** @param binding `sessionBinding` or `visitBinding`. */
  set(headers: Headers, facts: SealedFacts, binding: string): void {
    const { lifeSeconds, isSecure } = this.#options
    const sealed = this.#tokens.sign({ binding, facts }, { expiresInSeconds: lifeSeconds })
    headers.append('set-cookie', setCookie(this.#name, sealed, { maxAgeSeconds: lifeSeconds, secure: isSecure }))
  }

  /** @returns undefined for none, and for what is over, forged, or not of this session or visit. */
  read(request: Request, binding: string): SealedFacts | undefined {
    const sealed = readCookie(request.headers.get('cookie') ?? undefined, this.#name)
    if (sealed === undefined || sealed === '') return undefined
    try {
      const { binding: bound, facts } = this.#tokens.verify(sealed)
      return bound === binding && typeof facts === 'object' && facts !== null ? { ...facts } : undefined
    } catch (error) {
      if (error instanceof AuthError) return undefined
      throw error
    }
  }

  clear(headers: Headers): void {
    headers.append('set-cookie', clearCookie(this.#name, { secure: this.#options.isSecure }))
  }

  /** Only where there is one: an answer need not say what does not matter. */
  clearIfSent(request: Request, headers: Headers): void {
    if (request.headers.get('cookie')?.includes(`${this.#name}=`) === true) this.clear(headers)
  }
}
