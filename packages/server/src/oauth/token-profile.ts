import type { Clock } from 'countersign/core'
import { errors, type JWTStructured, type KoaContextWithOIDC } from 'oidc-provider'
import { isOffline } from './artifact-payload.ts'
import { currentCall } from './oauth-call.ts'
import type { PersonalToken } from './oauth-store.ts'
import { USERINFO_CLAIMS, userinfoClaims } from './requested-claims.ts'

/** What the library is about to sign. */
interface Issued {
  readonly jti: string
  readonly clientId?: string | undefined
  readonly accountId?: string | undefined
  readonly grantId?: string | undefined
  readonly sessionUid?: string | undefined
  readonly exp?: number | undefined
}

/**
 * Makes the library's JWT one of ours: `rev`, read before the facts that it relies on (DESIGN 4), and the session that it dies with. It carries
 * neither roles nor groups: what a person may do themselves is not what they have handed to somebody else's application.
 *
 * @throws {errors.InvalidGrant} for a token of nobody.
 */
export function completeToken(ctx: KoaContextWithOIDC, token: Issued, { payload }: JWTStructured, clock: Clock): void {
  const { AuthorizationCode, DeviceCode, RefreshToken } = ctx.oidc.entities
  const source = AuthorizationCode ?? DeviceCode ?? RefreshToken
  const at = clock.now()
  const session = source === undefined || isOffline(source.scope) ? undefined : token.sessionUid
  const { accountId: user, grantId: grant, clientId: client } = token
  if (client === undefined || (user !== undefined && grant === undefined)) throw new errors.InvalidGrant('a token of nobody')
  const expiresAt = Number(payload['exp']) * 1000
  const signedIn = source === undefined ? undefined : token.sessionUid
  const person = user === undefined || grant === undefined ? undefined : { user, grant, session, signedIn }
  const { seenAt } = currentCall()
  if (seenAt === undefined) throw new Error('a token of a client that nobody has looked at')
  if (person !== undefined) noteToken({ jti: token.jti, client, person, expiresAt, at })
  payload['rev'] = seenAt
  if (session !== undefined) payload['sid'] = session
  if (source === undefined) return
  if (source.authTime !== undefined) payload['auth_time'] = source.authTime
  if (source.amr !== undefined) payload['amr'] = source.amr
  if (source.acr !== undefined) payload['acr'] = source.acr
  const shown = userinfoClaims(source.claims, ctx.oidc.entities.Grant?.getOIDCClaims() ?? [])
  if (shown !== undefined) payload[USERINFO_CLAIMS] = shown
}

/** It is handed out only once it is noted, with all else that the request changes. */
function noteToken(token: PersonalToken): void {
  const { tokenRequest } = currentCall()
  if (tokenRequest.token !== undefined) throw new Error('a request gives one token')
  tokenRequest.token = token
}
