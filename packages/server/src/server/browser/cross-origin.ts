import { isSameSite } from '../config-browser.ts'

/** For so long a browser need not ask again; Chrome asks after two hours at the latest. */
const PREFLIGHT_SECONDS = 7200
/** What clients of this API send beside what browsers always allow. */
const requestHeaders = [
  'authorization',
  'content-type',
  'content-digest',
  'dpop',
  'idempotency-key',
  'signature',
  'signature-input',
  'x-csrf-token',
  'x-request-id',
].join(', ')
/** What scripts may read of an answer. */
const answerHeaders = ['dpop-nonce', 'retry-after', 'www-authenticate', 'x-request-id', 'date'].join(', ')

/**
 * Which pages of other origins may call the API (CORS). An origin is compared whole. Cookies are for pages of the same site only, since
 * `SameSite` keeps them from all others anyway.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>
  readonly #withCookies: ReadonlySet<string>

  constructor(origins: readonly string[], issuer: string) {
    this.#origins = new Set(origins)
    this.#withCookies = new Set(origins.filter((origin) => isSameSite(origin, issuer)))
  }

  /** Documents and calls, no pages: a page has CSRF tokens in it. */
  #concerns(request: Request): boolean {
    if (this.#origins.size === 0) return false
    const { pathname } = new URL(request.url)
    return pathname.startsWith('/v1/') || pathname.startsWith('/.well-known/') || pathname === '/openapi.json'
  }

  /** @returns `undefined` for what is no preflight of an origin that may ask. */
  preflight(request: Request, methods: readonly string[]): Response | undefined {
    const origin = request.headers.get('origin')
    const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
    if (!isPreflight || origin === null || !this.#concerns(request) || !this.#origins.has(origin)) return undefined
    return new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
        vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
      },
    })
  }

  /** Lets the origin read the answer. */
  add(request: Request, headers: Headers): void {
    if (!this.#concerns(request)) return
    // Of every answer, also to those who named no origin: whoever keeps it must not give it to others.
    headers.append('vary', 'Origin')
    const origin = request.headers.get('origin')
    if (origin === null || !this.#origins.has(origin)) return
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-expose-headers', answerHeaders)
    if (this.#withCookies.has(origin)) headers.set('access-control-allow-credentials', 'true')
  }
}
