import type { Clock } from 'countersign/core'
import { errors, type JWTStructured, type KoaContextWithOIDC } from 'oidc-provider'
import { isOffline } from './artifact-adapter.ts'
import type { OAuthStore } from './oauth-store.ts'

interface Ground {
  readonly store: OAuthStore
  readonly clock: Clock
}

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
 * @throws {errors.InvalidGrant} when client, person, consent or session have ended.
 */
export async function completeToken(
  ctx: KoaContextWithOIDC,
  token: Issued,
  { payload }: JWTStructured,
  { store, clock }: Ground,
): Promise<void> {
  const { AuthorizationCode, DeviceCode, RefreshToken } = ctx.oidc.entities
  const source = AuthorizationCode ?? DeviceCode ?? RefreshToken
  const at = clock.now()
  const session = source === undefined || isOffline(source.scope) ? undefined : token.sessionUid
  const { accountId: user, grantId: grant, clientId: client } = token
  if (client === undefined || (user !== undefined && grant === undefined)) throw new errors.InvalidGrant('a token of nobody')
  const expiresAt = Number(payload['exp']) * 1000
  const person = user === undefined || grant === undefined ? undefined : { user, grant, session }
  const rev = await store.issue({ jti: token.jti, client, person, expiresAt, at })
  if (rev === 'refused') throw new errors.InvalidGrant('what it goes back to has ended')
  payload['rev'] = rev
  if (session !== undefined) payload['sid'] = session
  if (source === undefined) return
  if (source.authTime !== undefined) payload['auth_time'] = source.authTime
  if (source.amr !== undefined) payload['amr'] = source.amr
  if (source.acr !== undefined) payload['acr'] = source.acr
}
