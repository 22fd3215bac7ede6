import type { RefusalCode } from '../core/refusal.ts'
import { documentOf, problemCode } from './session-api.ts'
import type { StepUpTerms } from './step-up.ts'
import { credentialOf, type StoredSession } from './stored-session.ts'

/** Where `fetchAs` gets what it sends. */
export interface SessionSource {
  current(): Promise<StoredSession>
  /** The session with another token than the refused one. */
  after(refused: StoredSession): Promise<StoredSession>
  /** Whether the user has proved once more who they are. Left out: nobody is asked. */
  stepUp?(terms: StepUpTerms): Promise<boolean>
}

/** Sends a request of a session; once more with a new token when the service says that the token is what is wrong. */
export async function fetchAs(
  fetch: typeof globalThis.fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  source: SessionSource,
): Promise<Response> {
  const send = (stored: StoredSession): Promise<Response> => fetch(input, initAs(stored, input, init))
  const stored = await source.current()
  const response = await send(stored)
  if (![401, 403].includes(response.status) || !canBeSentAgain(input, init)) return response
  let renewed: StoredSession | undefined
  try {
    renewed = await sessionAfter(response, stored, source)
  } catch {
    // No new token: the service's refusal is the answer, and listeners have heard it if the session ended.
    return response
  }
  if (renewed === undefined) return response
  await response.body?.cancel()
  return send(renewed)
}

function initAs(stored: StoredSession, input: RequestInfo | URL, init: RequestInit | undefined): RequestInit {
  const request = input instanceof Request ? input : undefined
  const headers = new Headers(init?.headers ?? request?.headers)
  for (const [name, value] of credentialOf(stored, init?.method ?? request?.method ?? 'GET')) headers.set(name, value)
  return { ...init, headers, ...('csrfToken' in stored ? { credentials: 'include' } : {}) }
}

/** A stream, or the body that a `Request` has taken in, is gone after the first attempt. */
export function canBeSentAgain(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const body: unknown = init?.body
  if (body === undefined || body === null) return !(input instanceof Request) || ['GET', 'HEAD'].includes(input.method)
  return typeof body !== 'object' || !(Symbol.asyncIterator in body || 'getReader' in body)
}

async function sessionAfter(response: Response, stored: StoredSession, source: SessionSource): Promise<StoredSession | undefined> {
  const document = await documentOf(response.clone())
  const code = problemCode(document)
  if (code === undefined) return undefined
  if (outdated.includes(code) || ('csrfToken' in stored && outdatedCookies.includes(code))) return source.after(stored)
  return code === 'step_up_required' && (await source.stepUp?.(document as StepUpTerms)) === true ? source.current() : undefined
}

const outdated: readonly RefusalCode[] = ['token_expired', 'token_revoked']
/** The browser has dropped the cookie of a token that expired; or the cookies are of another session by now. */
const outdatedCookies: readonly RefusalCode[] = ['credential_missing', 'csrf_refused']
