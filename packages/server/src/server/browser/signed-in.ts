import { AuthError } from 'countersign/core'
import type { SignedIn } from '../../session/index.ts'
import { json } from '../answer.ts'
import { showSession, showSignedIn, showSubject } from '../representation.ts'
import type { Services } from '../services.ts'
import { sessionBinding } from './csrf-guard.ts'

type Needed = Pick<Services, 'sessionCookies' | 'sessions' | 'csrf'>

/** How the tokens of a session travel. */
export type Transport = 'json' | 'cookie'

/**
 * The cookies of a session that was opened or refreshed. A session whose token fits in no cookie is of no use to a browser: it is ended.
 *
 * @throws {AuthError} `cookie_too_large`.
 */
export async function signedInCookies(signedIn: SignedIn, services: Needed, csrfToken?: string): Promise<readonly string[]> {
  try {
    return services.sessionCookies.of(signedIn, csrfToken)
  } catch (error) {
    if (error instanceof AuthError && error.code === 'cookie_too_large') await endQuietly(signedIn.session.id, services)
    throw error
  }
}

/** It may have ended meanwhile, which is as good. */
async function endQuietly(session: string, { sessions }: Needed): Promise<void> {
  try {
    await sessions.end(session)
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'not_found')) throw error
  }
}

export interface SignedInAnswer {
  readonly status: 200 | 201
  readonly transport: Transport
  /** Of a sign-in: the session that the browser had before ends, since nobody could reach it any more. */
  readonly replaces?: Request
}

/** The one answer to sign-in and refresh: with the tokens, or with cookies and without any. @throws {AuthError} `cookie_too_large`. */
export async function answerSignedIn(
  signedIn: SignedIn,
  { status, transport, replaces }: SignedInAnswer,
  services: Needed,
): Promise<Response> {
  if (transport === 'json') return json(status, showSignedIn(signedIn))
  const { session, subject, expiresInSeconds } = signedIn
  const csrfToken = services.csrf.csrfToken(sessionBinding(session.id))
  const cookies = await signedInCookies(signedIn, services, csrfToken)
  const response = json(status, {
    expires_in: expiresInSeconds,
    csrf_token: csrfToken,
    session: showSession(session, session.id),
    user: showSubject(subject),
  })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  if (replaces !== undefined) await endReplaced(replaces, session.id, services)
  return response
}

/** By its refresh token, which proves whose it is. */
async function endReplaced(request: Request, by: string, services: Needed): Promise<void> {
  try {
    const { refresh } = services.sessionCookies.read(request)
    if (refresh === undefined) return
    const { session } = await services.sessions.findByRefreshToken(refresh)
    if (session.id !== by) await endQuietly(session.id, services)
  } catch (error) {
    // It has ended already, or never was, or nobody knows which of two it is.
    if (!(error instanceof AuthError && (error.code === 'refresh_invalid' || error.code === 'credential_malformed'))) throw error
  }
}

/** Whether it is our cookies that have authenticated the request, copied into the header or not: then new tokens go there, too. */
export function transportOf(request: Request, { sessionCookies }: Pick<Services, 'sessionCookies'>): Transport {
  const access = sessionCookies.accessToken(request)
  const authorization = request.headers.get('authorization')
  // A signature speaks before a cookie, which a browser may have sent along for somebody else.
  if (access === undefined || request.headers.has('signature-input')) return 'json'
  return authorization === null || authorization.endsWith(` ${access}`) ? 'cookie' : 'json'
}
