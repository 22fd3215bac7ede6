import { isJsonObject } from '../core/json.ts'
import type { Platform } from '../core/platform.ts'
import { AuthError, type RefusalCode } from '../core/refusal.ts'
import type { StepUpProof } from './step-up.ts'
import { type CookieSession, credentialOf, type StoredSession, type TokenSession } from './stored-session.ts'

interface SignInFacts {
  /** How the device is called in the list of devices. */
  readonly device?: string
  /** Of an authenticator app, where the account has one: the server asks for it with `factor_required`. */
  readonly totpCode?: string
  /** In its place. */
  readonly recoveryCode?: string
}

interface PasswordSignIn extends SignInFacts {
  readonly email: string
  readonly password: string
  /** In the place of a code: a `PublicKeyCredential` of the browser, or its `toJSON()`. */
  readonly passkey?: unknown
}

interface PasskeySignIn extends SignInFacts {
  readonly email?: never
  readonly password?: never
  readonly passkey: unknown
}

/** What `POST /v1/sessions` takes: an address and its password, or a passkey alone. */
export type SignInRequest = PasswordSignIn | PasskeySignIn

/** How the tokens travel: in bodies and headers, or in cookies that no script reads. */
export type SessionTransport = 'bearer' | 'cookie'

/** What is stored, and after a sign-in what the device is known by from then on: of whoever it is, signed in or not. */
export type SignedIn = StoredSession & { readonly deviceToken?: string }

/** The password was right, and is not enough: repeat the sign-in with one of the factors. */
export class FactorRequired extends AuthError {
  /** What would do: `totp`, `passkey`, `recovery_code`. */
  readonly factors: readonly string[]
  /** For `passkeyOptions`, where a passkey would do. Not for logs. */
  readonly factorTicket: string | undefined

  constructor(status: number, document: Readonly<Record<string, unknown>>) {
    super('factor_required', { status })
    const { factors, factor_ticket: ticket } = document
    this.factors = Array.isArray(factors) ? factors.filter((factor) => typeof factor === 'string') : []
    this.factorTicket = typeof ticket === 'string' ? ticket : undefined
  }
}

/** An answer that does not come is as good as a lost one. */
export const TIMEOUT_MS = 15_000

interface Ask {
  readonly method?: 'POST' | 'DELETE'
  readonly body?: object
  /** Whose request it is. */
  readonly as?: StoredSession | undefined
  readonly idempotencyKey?: string
}

/** The requests of a session. Each throws `AuthError` with the server's code, or what `fetch` threw when no answer came. */
export class SessionApi {
  readonly #baseUrl: string
  readonly #platform: Platform
  readonly #transport: SessionTransport

  constructor(baseUrl: string, platform: Platform, transport: SessionTransport) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#platform = platform
    this.#transport = transport
  }

  /** @param token What an earlier sign-in has left on this device. */
  signIn({ totpCode, recoveryCode, device: name, ...request }: SignInRequest, token?: string): Promise<SignedIn> {
    const device = token === undefined ? name : { name, token }
    const transport = this.#transport === 'cookie' ? { transport: 'cookie' } : {}
    return this.#signedIn('', { body: { ...request, ...transport, device, totp_code: totpCode, recovery_code: recoveryCode } })
  }

  /**
   * Asking again with the same key, after an answer was lost, gives the same successor.
   *
   * @param stored `undefined`: whatever cookies there are.
   */
  refresh(stored: StoredSession | undefined, idempotencyKey: string): Promise<StoredSession> {
    // No CSRF token: that of another session, which the cookies may be of by now, would be refused, and the browser says whose page asks.
    const body = stored !== undefined && 'refreshToken' in stored ? { refresh_token: stored.refreshToken } : {}
    return this.#signedIn('/refresh', { body, idempotencyKey })
  }

  /** An exchange of the refresh token, too. */
  authenticateAgain(as: StoredSession, { totpCode, recoveryCode, ...proof }: StepUpProof, idempotencyKey: string): Promise<StoredSession> {
    const body = { ...proof, totp_code: totpCode, recovery_code: recoveryCode }
    return this.#signedIn('/current/authentication', { body, as, idempotencyKey })
  }

  async end(as: StoredSession): Promise<void> {
    await this.#ask('/v1/sessions/current', { method: 'DELETE', as })
  }

  async passkeyOptions(factorTicket: string | undefined): Promise<unknown> {
    const answer = await this.#ask('/v1/passkey-challenges', { body: { factor_ticket: factorTicket } })
    return isJsonObject(answer) ? answer['options'] : undefined
  }

  async #signedIn(path: string, ask: Ask): Promise<SignedIn> {
    // The token's life is counted from before the request: it can only seem shorter than it is.
    const askedAt = this.#platform.clock.now()
    return signedInOf(await this.#ask(`/v1/sessions${path}`, ask), askedAt, this.#transport)
  }

  #ask(path: string, { method = 'POST', body, as, idempotencyKey }: Ask): Promise<unknown> {
    const headers = new Headers(as && (credentialOf(as, method) as [string, string][]))
    if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey)
    if (body !== undefined) headers.set('content-type', 'application/json')
    return askServer(this.#platform, this.#baseUrl + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A page that is left meanwhile still gets the cookies of the answer.
      ...(this.#transport === 'cookie' ? { credentials: 'include', keepalive: true } : {}),
    })
  }
}

/**
 * One request to the server.
 *
 * @returns the document of a good answer; `undefined` when it has none.
 * @throws {AuthError} with the server's code; or what `fetch` threw when no answer came.
 */
export async function askServer(platform: Platform, url: string, init: RequestInit): Promise<unknown> {
  const timeout = new AbortController()
  const cancel = platform.clock.after(TIMEOUT_MS, () => timeout.abort(new DOMException('no answer in time', 'TimeoutError')))
  try {
    const response = await platform.fetch(url, {
      credentials: 'omit',
      ...init,
      signal: timeout.signal,
      cache: 'no-store',
      redirect: 'error',
    })
    const document = await documentOf(response)
    if (!response.ok) throw refusalOf(response.status, document)
    return document
  } finally {
    cancel()
  }
}

/** The code that a problem document (RFC 9457) of ours carries. A newer server may have codes that are not in our table. */
export function problemCode(document: unknown): RefusalCode | undefined {
  const code = isJsonObject(document) ? document['code'] : undefined
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? (code as RefusalCode) : undefined
}

/** The JSON of an answer, if it has any. */
export async function documentOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** An answer that is not of ours, a proxy's error page for one, says nothing about the session. */
function refusalOf(status: number, document: unknown): AuthError {
  const code = problemCode(document) ?? 'unavailable'
  return code === 'factor_required' && isJsonObject(document) ? new FactorRequired(status, document) : new AuthError(code, { status })
}

function signedInOf(answer: unknown, askedAt: number, transport: SessionTransport): SignedIn {
  const { expires_in: expiresIn, session, user, ...rest } = isJsonObject(answer) ? answer : {}
  const held = transport === 'cookie' ? cookiesOf(rest) : tokensOf(rest)
  if (held === undefined || typeof expiresIn !== 'number' || !isJsonObject(session) || !isJsonObject(user)) {
    throw new AuthError('unavailable', { reason: 'answer' })
  }
  const lifeMs = expiresIn * 1000
  const { device_token: deviceToken } = rest
  const device = typeof deviceToken === 'string' ? { deviceToken } : {}
  return { ...held, expiresAt: askedAt + lifeMs, lifeMs, session, user, ...device } as unknown as SignedIn
}

type Answer = Readonly<Record<string, unknown>>

function tokensOf({ access_token: accessToken, token_type: type, refresh_token: refreshToken }: Answer): Partial<TokenSession> | undefined {
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return undefined
  return { accessToken, ...(type === 'DPoP' ? { tokenType: type } : {}), refreshToken }
}

const cookiesOf = ({ csrf_token: csrfToken }: Answer): Partial<CookieSession> | undefined =>
  typeof csrfToken === 'string' ? { csrfToken } : undefined
