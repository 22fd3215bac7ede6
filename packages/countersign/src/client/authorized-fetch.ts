import { documentOf, problemCode } from './session-api.ts'
import type { StepUpTerms } from './step-up.ts'
import { authorizationOf, type StoredSession } from './stored-session.ts'

type Token = Pick<StoredSession, 'tokenType' | 'accessToken'>

/** Where `fetchWithToken` gets its tokens. */
export interface TokenSource {
  current(): Promise<Token>
  /** A token other than the refused one. */
  after(refused: Token): Promise<Token>
  /** Whether the user has proved once more who they are. Left out: nobody is asked. */
  stepUp?(terms: StepUpTerms): Promise<boolean>
}

/** Sends a request with a token; once more with a new one when the service says that the token is what is wrong. */
export async function fetchWithToken(
  fetch: typeof globalThis.fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  tokens: TokenSource,
): Promise<Response> {
  const send = (token: Token): Promise<Response> => fetch(input, { ...init, headers: withToken(input, init, token) })
  const token = await tokens.current()
  const response = await send(token)
  if (response.status !== 401 || !canBeSentAgain(input, init)) return response
  let renewed: Token | undefined
  try {
    renewed = await tokenAfter(response, token, tokens)
  } catch {
    // No new token: the service's refusal is the answer, and listeners have heard it if the session ended.
    return response
  }
  if (renewed === undefined) return response
  await response.body?.cancel()
  return send(renewed)
}

function withToken(input: RequestInfo | URL, init: RequestInit | undefined, token: Token): Headers {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set('authorization', authorizationOf(token))
  return headers
}

/** A stream, or the body that a `Request` has taken in, is gone after the first attempt. */
export function canBeSentAgain(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const body: unknown = init?.body
  if (body === undefined || body === null) return !(input instanceof Request) || ['GET', 'HEAD'].includes(input.method)
  return typeof body !== 'object' || !(Symbol.asyncIterator in body || 'getReader' in body)
}

async function tokenAfter(response: Response, token: Token, tokens: TokenSource): Promise<Token | undefined> {
  const document = await documentOf(response.clone())
  const code = problemCode(document)
  if (code === 'token_expired' || code === 'token_revoked') return tokens.after(token)
  return code === 'step_up_required' && (await tokens.stepUp?.(document as StepUpTerms)) === true ? tokens.current() : undefined
}
