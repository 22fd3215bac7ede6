import {
  generatePrivateKey,
  isSignatureAlgorithm,
  type JwsAlgorithm,
  type JwsKey,
  privateKeyFromPkcs8,
  privateKeyToPkcs8,
  publicMembersOf,
  type SignatureAlgorithm,
} from '../crypto/index.ts'
import { type PublicJwk, publicJwk } from './public-jwk.ts'
import { thumbprint } from './thumbprint.ts'

/** Signs. `kid` is the RFC 7638 thumbprint of the public half. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  readonly privateKey: JwsKey
  readonly publicJwk: PublicJwk
}

/** Signs with a secret that its verifiers hold too (HS256). */
export interface SecretSigningKey {
  readonly kid: string
  readonly algorithm: Extract<JwsAlgorithm, 'HS256'>
  readonly privateKey: JwsKey
}

/** What `signJws` takes. */
export type AnySigningKey = SigningKey | SecretSigningKey

/**
 * Makes a new key. Its `kid` never begins with a dash, so that it can stand as a word on a command line. RSA takes up to some
 * hundred milliseconds and blocks meanwhile.
 *
 * @throws {RangeError} The algorithm has no public keys.
 */
export function generateSigningKey(algorithm: JwsAlgorithm): SigningKey {
  const withPublicKey = requireSignatureAlgorithm(algorithm)
  for (;;) {
    const key = signingKey(withPublicKey, generatePrivateKey(withPublicKey))
    if (!key.kid.startsWith('-')) return key
  }
}

/** The private half, PKCS #8 DER. The caller seals it before it rests anywhere. */
export function exportPrivateKey(key: SigningKey): Uint8Array {
  return privateKeyToPkcs8(key.privateKey)
}

/** @throws {RangeError} The bytes are no private key that fits the algorithm. */
export function importSigningKey(algorithm: JwsAlgorithm, pkcs8: Uint8Array): SigningKey {
  const withPublicKey = requireSignatureAlgorithm(algorithm)
  return signingKey(withPublicKey, privateKeyFromPkcs8(withPublicKey, pkcs8))
}

function requireSignatureAlgorithm(algorithm: JwsAlgorithm): SignatureAlgorithm {
  if (!isSignatureAlgorithm(algorithm)) throw new RangeError('the algorithm has no public keys')
  return algorithm
}

function signingKey(algorithm: SignatureAlgorithm, privateKey: JwsKey): SigningKey {
  const unnamed = publicJwk({ ...publicMembersOf(privateKey), alg: algorithm, kid: 'unnamed' })
  const jwk: PublicJwk = Object.freeze({ ...unnamed, kid: thumbprint(unnamed) })
  return Object.freeze({ kid: jwk.kid, algorithm, privateKey, publicJwk: jwk })
}
