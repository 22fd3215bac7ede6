import { isJsonObject } from '../core/json.ts'
import type { Platform } from '../core/platform.ts'
import { AuthError, type RefusalCode, refusals } from '../core/refusal.ts'
import { authorizationOf, type StoredSession } from './stored-session.ts'

/** What `POST /v1/sessions` takes. */
export interface SignInRequest {
  readonly email: string
  readonly password: string
  /** How the device is called in the list of devices. */
  readonly device?: string
  /** Of an authenticator app, where the account has one: the server asks for it with `factor_required`. */
  readonly totpCode?: string
  /** In its place. */
  readonly recoveryCode?: string
}

/** An answer that does not come is as good as a lost one. */
const TIMEOUT_MS = 15_000

/** The three requests of a session. Each throws `AuthError` with the server's code, or what `fetch` threw when no answer came. */
export class SessionApi {
  readonly #baseUrl: string
  readonly #platform: Platform

  constructor(baseUrl: string, platform: Platform) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#platform = platform
  }

  signIn({ totpCode, recoveryCode, ...request }: SignInRequest): Promise<StoredSession> {
    return this.#signedIn('/v1/sessions', { ...request, totp_code: totpCode, recovery_code: recoveryCode }, {})
  }

  /** Asking again with the same key, after an answer was lost, gives the same successor. */
  refresh(refreshToken: string, idempotencyKey: string): Promise<StoredSession> {
    return this.#signedIn('/v1/sessions/refresh', { refresh_token: refreshToken }, { 'idempotency-key': idempotencyKey })
  }

  async end(session: StoredSession): Promise<void> {
    await askServer(this.#platform, `${this.#baseUrl}/v1/sessions/current`, {
      method: 'DELETE',
      headers: { authorization: authorizationOf(session) },
    })
  }

  async #signedIn(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<StoredSession> {
    // The token's life is counted from before the request: it can only seem shorter than it is.
    const askedAt = this.#platform.clock.now()
    const answer = await askServer(this.#platform, this.#baseUrl + path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return storedSessionOf(answer, askedAt)
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
      ...init,
      signal: timeout.signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    })
    const document = await documentOf(response)
    if (!response.ok) throw refusalOf(response.status, document)
    return document
  } finally {
    cancel()
  }
}

/** The code that a problem document (RFC 9457) of ours carries. */
export function problemCode(document: unknown): RefusalCode | undefined {
  const code = isJsonObject(document) ? document['code'] : undefined
  return typeof code === 'string' && Object.hasOwn(refusals, code) ? (code as RefusalCode) : undefined
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
  return new AuthError(problemCode(document) ?? 'unavailable', { status })
}

function storedSessionOf(answer: unknown, askedAt: number): StoredSession {
  if (!isJsonObject(answer)) throw new AuthError('unavailable', { reason: 'answer' })
  const { access_token: accessToken, token_type: type, expires_in: expiresIn, refresh_token: refreshToken, session, user } = answer
  if (typeof accessToken !== 'string' || typeof expiresIn !== 'number' || typeof refreshToken !== 'string') {
    throw new AuthError('unavailable', { reason: 'answer' })
  }
  if (!isJsonObject(session) || !isJsonObject(user)) throw new AuthError('unavailable', { reason: 'answer' })
  const lifeMs = expiresIn * 1000
  const tokenType = type === 'DPoP' ? { tokenType: type } : {}
  return { accessToken, expiresAt: askedAt + lifeMs, lifeMs, ...tokenType, refreshToken, session, user } as unknown as StoredSession
}
