import { AuthError, type Principal } from 'countersign/core'
import { USERINFO_CLAIMS } from '../oauth/index.ts'
import { json } from './answer.ts'
import type { Client, Connection } from './connection.ts'
import { presentedBy } from './presented.ts'
import type { Services } from './services.ts'

interface Asked {
  readonly request: Request
  readonly client: Client
  readonly incoming: Connection['incoming']
}

/**
 * OpenID Connect Core section 5.3, for any token of ours that was given with `openid`.
 *
 * @throws {AuthError} as a verifier.
 */
export async function userinfo({ request, client, incoming }: Asked, services: Services): Promise<Response> {
  const presented = presentedBy(request, { client, incoming, issuer: services.config.issuer })
  const principal = await services.verifier.authenticateAny({ ...presented, cookie: undefined }, { scope: 'openid' })
  return json(200, await claimsOf(principal, claimsAskedFor(presented.authorization), services))
}

/** Of a token that has just been verified: single claims that its application has asked for, beside what its scopes say. */
function claimsAskedFor(authorization: string | undefined): readonly unknown[] {
  const [, payload, signature] = authorization?.split(' ').at(-1)?.split('.') ?? []
  if (payload === undefined || signature === undefined) return []
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const { [USERINFO_CLAIMS]: asked } = claims as Readonly<Record<string, unknown>> // an object, or no verifier would have taken it
  return Array.isArray(asked) ? asked : []
}

async function claimsOf(
  { user: id, scope: scopes }: Principal,
  asked: readonly unknown[],
  { accounts }: Services,
): Promise<Readonly<Record<string, unknown>>> {
  const user = id === undefined ? undefined : await accounts.find(id)
  if (user === undefined) throw new AuthError('token_invalid', { reason: 'of_nobody' })
  const { name, email, emailVerifiedAt, updatedAt } = user
  const ofProfile = { ...(name === undefined ? {} : { name }), updated_at: Math.floor(updatedAt / 1000) }
  const ofEmail = { email, email_verified: emailVerifiedAt !== undefined }
  const known = { ...ofProfile, ...ofEmail }
  return {
    ...Object.fromEntries(Object.entries(known).filter(([claim]) => asked.includes(claim))),
    ...(scopes.includes('email') ? ofEmail : {}),
    ...(scopes.includes('profile') ? ofProfile : {}),
    sub: user.id,
  }
}
