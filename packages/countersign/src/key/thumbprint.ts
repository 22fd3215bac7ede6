import { sha256Base64url } from '../crypto/index.ts'
import { type PublicJwk, requiredMembers } from './public-jwk.ts'

/** The JWK thumbprint of RFC 7638 with SHA-256: base64url, 43 characters. Our keys are named by it. */
export function thumbprint(jwk: PublicJwk): string {
  return sha256Base64url(JSON.stringify(requiredMembers(jwk)))
}
