import { isJsonObject, type Platform } from '../../core/index.ts'
import { fetchJson } from '../discovery.ts'

/**
 * Where an issuer's keys are, by what it says of itself: OpenID Connect Discovery 1.0 section 4, else RFC 8414 section 3.
 *
 * @throws {Error} Neither document can be read, or it is of another issuer, or names an address that cannot be used.
 */
export async function discoverJwksUri(issuer: string, platform: Platform): Promise<string> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const [openId, authorizationServer] = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
  const document = await fetchJson(openId, platform).catch(() => fetchJson(authorizationServer, platform))
  return jwksUriOf(document, issuer)
}

function jwksUriOf(document: unknown, issuer: string): string {
  if (!isJsonObject(document) || document['issuer'] !== issuer) throw new Error(`the discovery document of ${issuer} is of another issuer`)
  const { jwks_uri: uri } = document
  if (typeof uri !== 'string' || !URL.canParse(uri)) throw new Error(`the discovery document of ${issuer} has no usable jwks_uri`)
  const { protocol, username, password } = new URL(uri)
  // On another host it may be, as some have it, but not less protected than the issuer itself.
  if (protocol !== 'https:' && protocol !== new URL(issuer).protocol) throw new Error(`jwks_uri of ${issuer} is not https:`)
  if (username !== '' || password !== '') throw new Error(`jwks_uri of ${issuer} holds a credential`)
  return uri
}
