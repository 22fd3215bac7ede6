import { AuthError } from 'countersign/core'
import type { CsrfTokens } from 'countersign/cookie'
import { requireOwnPage } from 'countersign'

/** What a token of a page is bound to. */
export const sessionBinding = (session: string): string => `session:${session}`
export const visitBinding = (visit: string): string => `visit:${visit}`

export interface CsrfGuardOptions {
  readonly tokens: CsrfTokens
  /** Of our own pages. */
  readonly origin: string
  /** Whose pages may use our cookies beside our own. */
  readonly origins: readonly string[]
}

/** Keeps other sites from using the cookies of a browser: by where a request says it comes from, and by a token that only our pages know. */
export class CsrfGuard {
  readonly #options: CsrfGuardOptions

  constructor(options: CsrfGuardOptions) {
    this.#options = options
  }

  csrfToken(binding: string): string {
    return this.#options.tokens.create(binding)
  }

  /**
   * The whole check of a request that a cookie speaks for: where it comes from, and its token.
   *
   * @param token As the form or `X-CSRF-Token` has it.
   * @throws {AuthError} `csrf_refused`.
   */
  requireCsrf(request: Request, token: string | null | undefined, binding: string): void {
    this.requireOwnPage(request)
    if (token === null || token === undefined || token === '') throw new AuthError('csrf_refused', { reason: 'token_missing' })
    if (!this.#options.tokens.accepts(token, binding)) throw new AuthError('csrf_refused', { reason: 'token_wrong' })
  }

  /**
   * What says where it comes from comes from our pages, or from an origin that the configuration names. What does not say it (a program, an
   * old browser) passes: a token, or a JSON body that other sites cannot send, has to decide.
   *
   * @throws {AuthError} `csrf_refused`.
   */
  requireOwnPage(request: Request): void {
    const { origin, origins } = this.#options
    requireOwnPage(
      {
        authorization: undefined,
        method: request.method,
        secFetchSite: request.headers.get('sec-fetch-site') ?? undefined,
        origin: request.headers.get('origin') ?? undefined,
      },
      { origin, origins },
    )
  }

  /**
   * For what does no harm but has to be asked for by our pages: a browser's word on where it comes from is enough, as is the token.
   *
   * @throws {AuthError} `csrf_refused`.
   */
  requireCsrfOrOwnPage(request: Request, binding: string): void {
    const token = request.headers.get('x-csrf-token')
    const isSaid = request.headers.has('sec-fetch-site') || request.headers.has('origin')
    if (token === null && isSaid) this.requireOwnPage(request)
    else this.requireCsrf(request, token, binding)
  }
}
