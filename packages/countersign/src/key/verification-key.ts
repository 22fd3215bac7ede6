import { type HmacKey, hmacKey, type JwsAlgorithm, type JwsKey, jwsAlgorithms, publicKeyFromJwk } from '../crypto/index.ts'
import { type PublicJwk, publicJwk } from './public-jwk.ts'
import type { SecretSigningKey } from './signing-key.ts'

/** Verifies, with one algorithm. For HS256 `publicKey` is the shared secret. */
export interface VerificationKey {
  readonly kid: string
  readonly algorithm: JwsAlgorithm
  readonly publicKey: JwsKey
}

/**
 * Makes a published key usable.
 *
 * @throws {RangeError} A private member, an unsupported kind, curve or algorithm, a point off its curve, a modulus under 2048 bits,
 *   or a key that is not for verifying signatures.
 */
export function verificationKey(jwk: PublicJwk): VerificationKey {
  const { kid, alg, use, ...members } = publicJwk(jwk)
  return Object.freeze({ kid, algorithm: alg, publicKey: publicKeyFromJwk(alg, members) })
}

/** @throws {RangeError} The secret has fewer than 32 bytes: a password is no key (RFC 8725 section 3.5). */
export function secretVerificationKey(kid: string, secret: Uint8Array): VerificationKey {
  return Object.freeze({ kid, algorithm: 'HS256', publicKey: checkedSecret(secret) })
}

/** @throws {RangeError} The secret has fewer than 32 bytes. */
export function secretSigningKey(kid: string, secret: Uint8Array): SecretSigningKey {
  return Object.freeze({ kid, algorithm: 'HS256', privateKey: checkedSecret(secret) })
}

function checkedSecret(secret: Uint8Array): HmacKey {
  const key = hmacKey(secret)
  jwsAlgorithms.HS256.requireKey(key)
  return key
}
