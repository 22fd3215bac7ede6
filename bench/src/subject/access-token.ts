/** Countersign's own token functions, as one more JWT library: no cache, no revocation. */
import { importSigningKey, type KeySet, keySet, secretSigningKey, secretVerificationKey, verificationKey } from 'countersign/key'
import { type AccessTokenClaims, signAccessToken, verifyAccessToken } from 'countersign/token'
import type { JwtPeer } from '../peer/jwt-peer.ts'
import { audience, issuer, type KeyMaterial } from './material.ts'

/** The public half, under the id that the tokens of `newToken` name. */
export function keySetOf(key: KeyMaterial): KeySet {
  if (key.algorithm === 'HS256') return keySet([secretVerificationKey(key.kid, key.privateKey.export())])
  const pkcs8 = key.privateKey.export({ type: 'pkcs8', format: 'der' })
  return keySet([verificationKey({ ...importSigningKey(key.algorithm, pkcs8).publicJwk, kid: key.kid })])
}

export const countersign: JwtPeer = {
  label: 'countersign',
  algorithms: ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'],
  async verifier(key) {
    const keys = keySetOf(key)
    const algorithms = [key.algorithm] as const
    return {
      kind: 'sync',
      call: (token) => verifyAccessToken(token, keys, { issuer, audience, algorithms, now: Math.floor(Date.now() / 1000) }),
    }
  },
  async signer(key) {
    const signingKey =
      key.algorithm === 'HS256'
        ? secretSigningKey(key.kid, key.privateKey.export())
        : importSigningKey(key.algorithm, key.privateKey.export({ type: 'pkcs8', format: 'der' }))
    return { kind: 'sync', call: (claims) => signAccessToken(claims as unknown as AccessTokenClaims, signingKey) }
  },
}
