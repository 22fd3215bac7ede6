import { AuthError } from 'countersign/core'
import type { User } from '../../account/index.ts'
import type { Device, SignedIn } from '../../session/index.ts'
import { type PageSession, signedInCookies } from '../browser/index.ts'
import { deviceOf } from '../device.ts'
import type { Services } from '../services.ts'
import type { PageCall } from './page.ts'
import { returnAddress } from './return-address.ts'

/** Who looks at a page for the signed-in. @throws {AuthError} `credential_missing`. */
export function signedIn({ session }: PageCall): PageSession {
  if (session === undefined) throw new AuthError('credential_missing')
  return session
}

/** Whose page it is. @throws {AuthError} `credential_missing`. */
export async function signedInUser(call: PageCall, { accounts }: Services): Promise<User> {
  const user = await accounts.find(signedIn(call).session.user)
  // A session does not outlive its user.
  if (user === undefined) throw new AuthError('credential_missing')
  return user
}

/** The browser that asks, and the language in which its person reads. */
export const deviceOfCall = ({ request, client, locale }: PageCall): Device => ({
  ...deviceOf(request, client, undefined),
  language: locale,
})

/** The browser has new tokens from here on. @throws {AuthError} `cookie_too_large`. */
export async function giveTokens(tokens: SignedIn, { headers }: PageCall, services: Services): Promise<void> {
  for (const cookie of await signedInCookies(tokens, services)) headers.append('set-cookie', cookie)
}

/** The session takes the place of the one that the browser had: nobody could reach that one any more. */
export async function replaceSession(tokens: SignedIn, call: PageCall, services: Services): Promise<void> {
  await giveTokens(tokens, call, services)
  const before = call.session?.session.id
  if (before !== undefined && before !== tokens.session.id) await endQuietly(before, services)
}

/** It may have ended meanwhile, which is as good. */
export async function endQuietly(session: string, { sessions }: Services): Promise<void> {
  try {
    await sessions.end(session)
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'not_found')) throw error
  }
}

/** Where a sign-in leads: back to what was asked for, if that is allowed, or to the account. */
export function wayOn(returnTo: string | undefined, call: PageCall, { config }: Services): string {
  return returnAddress(returnTo, config.issuer, config.origins) ?? call.link('/account')
}
