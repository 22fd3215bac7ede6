import { type HmacKey, type HttpSignatureAlgorithm, httpSignatureAlgorithms, type JwsKey, publicHttpSignatureKey } from '../crypto/index.ts'
import { type OneTimePublicKey, oneTimePublicKey } from './one-time/public-key.ts'

/** The algorithms that have a public key. */
export type PublicSignatureAlgorithm = Exclude<HttpSignatureAlgorithm, 'hmac-sha256'>

/**
 * What a signature is checked with. The algorithm belongs to the key and never comes out of the message (RFC 8725 section 3.1 says so of
 * JWS; RFC 9421 section 7.3.6 of this).
 */
export type SignatureKey =
  /** A shared secret or what was derived from it for the form, day and scope: HMAC-SHA256. */
  | { readonly kind: 'secret'; readonly key: HmacKey }
  | { readonly kind: 'public'; readonly algorithm: PublicSignatureAlgorithm; readonly key: JwsKey }
  /** Signs with one leaf after the other (form `one-time`), and nothing else. */
  | { readonly kind: 'one-time'; readonly key: OneTimePublicKey }

/** @throws {RangeError} The secret has fewer than 32 bytes. */
export function secretSignatureKey(key: HmacKey): SignatureKey {
  httpSignatureAlgorithms['hmac-sha256'].requireKey(key)
  return Object.freeze({ kind: 'secret', key })
}

/** What a JWK says about its algorithm (RFC 7518 section 3.1, RFC 9864), in the words of RFC 9421. */
const jwsNames: Readonly<Record<string, PublicSignatureAlgorithm>> = {
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
  ES256: 'ecdsa-p256-sha256',
  ES384: 'ecdsa-p384-sha384',
  PS512: 'rsa-pss-sha512',
  RS256: 'rsa-v1_5-sha256',
}

/** One key, one algorithm: what the curve says where `alg` is silent. */
const curveNames: Readonly<Record<string, PublicSignatureAlgorithm>> = {
  Ed25519: 'ed25519',
  'P-256': 'ecdsa-p256-sha256',
  'P-384': 'ecdsa-p384-sha384',
}

/**
 * Makes a public JWK (RFC 7517) usable. An RSA key must say its `alg`: it would fit two. One of type `AKP` is a one-time key.
 *
 * @throws {RangeError} No key, a private one, too small, off its curve, not for verifying, or without a known algorithm.
 */
export function publicSignatureKey(jwk: Readonly<Record<string, unknown>>): SignatureKey {
  const { alg, crv, kty, use } = jwk
  if (kty === 'AKP') return Object.freeze({ kind: 'one-time', key: oneTimePublicKey(jwk) })
  if (use !== undefined && use !== 'sig') throw new RangeError('a JWK that is not for signatures')
  const algorithm = alg === undefined ? named(curveNames, crv) : named(jwsNames, alg)
  if (algorithm === undefined) throw new RangeError('a JWK of a kind, curve or algorithm that is not supported')
  return Object.freeze({ kind: 'public', algorithm, key: publicHttpSignatureKey(algorithm, jwk) })
}

function named(table: Readonly<Record<string, PublicSignatureAlgorithm>>, name: unknown): PublicSignatureAlgorithm | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined
}
