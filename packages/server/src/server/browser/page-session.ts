import { AuthError, type Principal, type RefusalCode } from 'countersign/core'
import type { Session } from '../../session/session.ts'
import type { Client } from '../connection.ts'
import { deviceOf } from '../device.ts'
import type { Services } from '../services.ts'
import { sessionBinding } from './csrf-guard.ts'
import { signedInCookies } from './signed-in.ts'

/** Who looks at a page. */
export interface PageSession {
  readonly principal: Principal
  readonly session: Session
  /** For the page's forms. */
  readonly csrf: string
  /** `Set-Cookie` of the answer: a session that was refreshed on the way. */
  readonly setCookies: readonly string[]
}

type Needed = Pick<Services, 'sessionCookies' | 'csrf' | 'sessions' | 'verifier'>

/** With these the access token is done for; the session may not be. */
const ended: ReadonlySet<RefusalCode> = new Set(['token_expired', 'token_revoked', 'token_invalid'])
/** With these there is nobody signed in. */
const nobody: ReadonlySet<RefusalCode> = new Set([
  'refresh_invalid',
  'refresh_reused',
  'credential_malformed',
  'proof_invalid',
  'cookie_too_large',
  ...ended,
])

/**
 * Who is signed in at the browser that asks for a page: by the access token in its cookie, renewed by the refresh token where that has ended.
 * No cookie is ever taken away here: an answer that comes late must not undo a newer sign-in.
 *
 * Does not check CSRF: a page that changes something calls `requireCsrf`.
 *
 * @returns `undefined`: nobody.
 * @throws {AuthError} `revocation_unknown`, `unavailable`, where that cannot be known at the moment.
 */
export async function pageSession(request: Request, client: Client, services: Needed): Promise<PageSession | undefined> {
  try {
    const { access, refresh } = services.sessionCookies.read(request)
    const known = access === undefined ? undefined : await byAccessToken(access, services)
    if (known !== undefined) return known
    return refresh === undefined ? undefined : await byRefreshToken(refresh, { request, client }, services)
  } catch (error) {
    if (error instanceof AuthError && nobody.has(error.code)) return undefined
    throw error
  }
}

async function byAccessToken(access: string, services: Needed): Promise<PageSession | undefined> {
  try {
    return await shown(access, [], services)
  } catch (error) {
    if (error instanceof AuthError && ended.has(error.code)) return undefined
    throw error
  }
}

async function byRefreshToken(
  refreshToken: string,
  { request, client }: { readonly request: Request; readonly client: Client },
  services: Needed,
): Promise<PageSession | undefined> {
  const signedIn = await services.sessions.refresh({ refreshToken, device: deviceOf(request, client, undefined) })
  return shown(signedIn.accessToken, await signedInCookies(signedIn, services), services)
}

async function shown(accessToken: string, setCookies: readonly string[], services: Needed): Promise<PageSession | undefined> {
  const principal = await services.verifier.authenticate({ authorization: `Bearer ${accessToken}`, method: 'GET' })
  const session = principal.session === undefined ? undefined : await services.sessions.find(principal.session)
  if (session === undefined) return undefined
  return { principal, session, csrf: services.csrf.csrfToken(sessionBinding(session.id)), setCookies }
}
