import { isJsonObject } from '../core/json.ts'
import type { Platform } from '../core/platform.ts'
import { AuthError, type RefusalCode, refusals } from '../core/refusal.ts'
import type { StepUpProof } from './step-up.ts'
import { authorizationOf, type StoredSession } from './stored-session.ts'

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

/** What is stored, and after a sign-in what the device is known by from then on: of whoever it is, signed in or not. */
export interface SignedIn extends StoredSession {
  readonly deviceToken?: string
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

  /** @param token What an earlier sign-in has left on this device. */
  signIn({ totpCode, recoveryCode, device: name, ...request }: SignInRequest, token?: string): Promise<SignedIn> {
    const device = token === undefined ? name : { name, token }
    return this.#signedIn('/v1/sessions', { ...request, device, totp_code: totpCode, recovery_code: recoveryCode }, {})
  }

  /** Asking again with the same key, after an answer was lost, gives the same successor. */
  refresh(refreshToken: string, idempotencyKey: string): Promise<StoredSession> {
    return this.#signedIn('/v1/sessions/refresh', { refresh_token: refreshToken }, { 'idempotency-key': idempotencyKey })
  }

  /** An exchange of the refresh token, too. */
  authenticateAgain(
    session: StoredSession,
    { totpCode, recoveryCode, ...proof }: StepUpProof,
    idempotencyKey: string,
  ): Promise<StoredSession> {
    const body = { ...proof, totp_code: totpCode, recovery_code: recoveryCode }
    const headers = { authorization: authorizationOf(session), 'idempotency-key': idempotencyKey }
    return this.#signedIn('/v1/sessions/current/authentication', body, headers)
  }

  async end(session: StoredSession): Promise<void> {
    await askServer(this.#platform, `${this.#baseUrl}/v1/sessions/current`, {
      method: 'DELETE',
      headers: { authorization: authorizationOf(session) },
    })
  }

  async #signedIn(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<SignedIn> {
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

function storedSessionOf(answer: unknown, askedAt: number): SignedIn {
  if (!isJsonObject(answer)) throw new AuthError('unavailable', { reason: 'answer' })
  const { access_token: accessToken, token_type: type, expires_in: expiresIn, refresh_token: refreshToken, session, user } = answer
  if (typeof accessToken !== 'string' || typeof expiresIn !== 'number' || typeof refreshToken !== 'string') {
    throw new AuthError('unavailable', { reason: 'answer' })
  }
  if (!isJsonObject(session) || !isJsonObject(user)) throw new AuthError('unavailable', { reason: 'answer' })
  const lifeMs = expiresIn * 1000
  const tokenType = type === 'DPoP' ? { tokenType: type } : {}
  const { device_token: deviceToken } = answer
  const device = typeof deviceToken === 'string' ? { deviceToken } : {}
  return { accessToken, expiresAt: askedAt + lifeMs, lifeMs, ...tokenType, refreshToken, session, user, ...device } as unknown as SignedIn
}
