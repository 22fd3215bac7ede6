import { AuthError, encodeBase64url, isJsonObject, type Platform, parseJsonBytes, type RefusalCode, refusals } from '../core/index.ts'
import type { SecretCredential } from '../client/signing-credential.ts'
import { type BackendSession, type IssuedSession, issuedSession } from './backend-session.ts'

/** From which browser a request comes: the issuer compares it, counts by it and shows it to the user. */
export interface Browser {
  readonly userAgent: string | undefined
  readonly language: string | undefined
  readonly address: string | undefined
}

/** A refusal of the issuer, with what a page needs to go on: which factors are wanted, what is wrong with which member, when to try again. */
export class IssuerRefusal extends AuthError {
  readonly members: Readonly<Record<string, unknown>>
  readonly retryAfter: string | undefined

  constructor(code: RefusalCode, members: Readonly<Record<string, unknown>>, retryAfter: string | undefined) {
    super(code, { reason: 'issuer' })
    this.members = members
    this.retryAfter = retryAfter
  }
}

/** A temporary access key of a session. */
export interface SessionKey {
  readonly credential: SecretCredential
  readonly endsAt: number
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 262_144
const KEY_BYTES = 16
/** Of a refusal, what pages may know. */
const shownMembers = ['factors', 'factor_ticket', 'errors', 'max_age']
const SESSION_KEY_SECONDS = 900

/** First-party sessions of an issuer (`/v1/sessions`). */
export class IssuerApi {
  readonly #baseUrl: string
  readonly #platform: Platform

  constructor(issuer: string, platform: Platform) {
    this.#baseUrl = issuer.replace(/\/+$/, '')
    this.#platform = platform
  }

  /** @throws {IssuerRefusal}; {AuthError} `upstream_unreachable`. */
  signIn(request: Readonly<Record<string, unknown>>, browser: Browser): Promise<IssuedSession> {
    return this.#issued('/v1/sessions', { ...request, transport: 'json' }, browser, {})
  }

  /** Asking again with the same session gives the same successor. @throws as `signIn`. */
  async refresh({ refreshToken, idempotencyKey }: BackendSession, browser: Browser): Promise<BackendSession> {
    const body = { refresh_token: refreshToken }
    return (await this.#issued('/v1/sessions/refresh', body, browser, { 'idempotency-key': idempotencyKey })).session
  }

  /** @throws as `signIn`. */
  async end({ accessToken }: BackendSession): Promise<void> {
    await this.#ask('/v1/sessions/current', { method: 'DELETE', headers: { authorization: `Bearer ${accessToken}` } })
  }

  /** @throws as `signIn`. */
  async sessionKey({ accessToken }: BackendSession): Promise<SessionKey> {
    const askedAt = this.#platform.clock.now()
    const answer = await this.#ask('/v1/temporary-credentials', {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ duration_seconds: SESSION_KEY_SECONDS, name: 'backend of a page' }),
    })
    const { access_key_id: keyId, secret_access_key: secret } = isJsonObject(answer) ? answer : {}
    if (typeof keyId !== 'string' || typeof secret !== 'string') throw new Error('the answer of the issuer is no temporary key')
    return { credential: { keyId, secret }, endsAt: askedAt + SESSION_KEY_SECONDS * 1000 }
  }

  async #issued(path: string, body: object, browser: Browser, headers: Readonly<Record<string, string>>): Promise<IssuedSession> {
    // The token's life is counted from before the request: it can only seem shorter than it is.
    const askedAt = this.#platform.clock.now()
    const answer = await this.#ask(path, {
      method: 'POST',
      headers: { ...headers, ...browserHeaders(browser), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return issuedSession(answer, askedAt, encodeBase64url(this.#platform.random.bytes(KEY_BYTES)))
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    const timeout = new AbortController()
    const cancel = this.#platform.clock.after(TIMEOUT_MS, () => timeout.abort(new DOMException('no answer in time', 'TimeoutError')))
    try {
      const response = await this.#platform.fetch(this.#baseUrl + path, { ...init, signal: timeout.signal, redirect: 'error' })
      const document = await documentOf(response)
      if (!response.ok) throw refusalOf(response, document)
      return document
    } catch (error) {
      if (error instanceof AuthError) throw error
      throw new AuthError('upstream_unreachable', { upstream: 'issuer' }, { cause: error })
    } finally {
      cancel()
    }
  }
}

const browserHeaders = ({ userAgent, language, address }: Browser): Record<string, string> => ({
  ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
  ...(language === undefined ? {} : { 'accept-language': language }),
  ...(address === undefined ? {} : { 'x-forwarded-for': address }),
})

async function documentOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer of the issuer is too long')
    chunks.push(chunk)
  }
  try {
    return parseJsonBytes(Buffer.concat(chunks, length))
  } catch {
    return undefined
  }
}

/** What is not of ours, a proxy's error page for one, says nothing about the session. */
function refusalOf(response: Response, document: unknown): AuthError {
  const code = isJsonObject(document) ? document['code'] : undefined
  if (!isJsonObject(document) || typeof code !== 'string' || !Object.hasOwn(refusals, code)) {
    return new AuthError('upstream_unreachable', { upstream: 'issuer', status: response.status })
  }
  const members = Object.fromEntries(shownMembers.filter((name) => name in document).map((name) => [name, document[name]]))
  return new IssuerRefusal(code as RefusalCode, members, response.headers.get('retry-after') ?? undefined)
}
