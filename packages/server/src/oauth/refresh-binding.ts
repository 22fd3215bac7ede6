import { sha256Base64url } from 'countersign/crypto'
import { type PublicJwk, publicJwk, thumbprint } from 'countersign/key'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { currentCall } from './oauth-call.ts'

/**
 * Asked before a refresh token is replaced. Of a client that keeps no secret its successor is bound to what was shown with it (RFC 8705 section
 * 7.1, RFC 9449 section 5). The library binds the first of a family alone: one of before the client was bound would go on with any certificate or
 * key, whoever has it.
 *
 * @returns true: each is replaced with its use.
 */
export function bindRefreshToken(ctx: KoaContextWithOIDC): true {
  const { RefreshToken: token } = ctx.oidc.entities
  const { client, certificate } = currentCall()
  if (token === undefined || client === undefined || client.kind === 'confidential') return true
  const bound: { 'x5t#S256'?: string | undefined; jkt?: string | undefined } = token // what the library copies
  if (client.requiresCertificate && certificate !== undefined) bound['x5t#S256'] ??= sha256Base64url(certificate.certificate.raw)
  if (client.requiresDpop) bound.jkt ??= thumbprint(keyOf(ctx.get('dpop')))
  return true
}

/** Of a proof that the library has verified by this key, which has no name. */
function keyOf(proof: string): PublicJwk {
  const [header = ''] = proof.split('.')
  const { jwk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly jwk: object }
  return publicJwk({ ...jwk, alg: undefined, kid: 'proof' })
}
