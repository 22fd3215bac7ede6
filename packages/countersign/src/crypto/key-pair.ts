import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, KeyObject } from 'node:crypto'
import { type JwsAlgorithm, jwsAlgorithms } from './jws-algorithm.ts'
import type { JwsKey } from './key-requirement.ts'

/** The algorithms that have a public key. */
export type SignatureAlgorithm = Exclude<JwsAlgorithm, 'HS256'>

/** Whether the algorithm has public keys at all. */
export function isSignatureAlgorithm(algorithm: JwsAlgorithm): algorithm is SignatureAlgorithm {
  return jwsAlgorithms[algorithm].kind === 'signature'
}

const generate: Readonly<Record<SignatureAlgorithm, () => KeyObject>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}

/** A new private key, made by OpenSSL's own generator. RSA keys have 2048 bits. */
export function generatePrivateKey(algorithm: SignatureAlgorithm): JwsKey {
  return generate[algorithm]()
}

/** PKCS #8, DER (RFC 5958). The caller seals it before it rests anywhere. */
export function privateKeyToPkcs8(key: JwsKey): Uint8Array {
  if (!(key instanceof KeyObject) || key.type !== 'private') throw new RangeError('only a private key has a PKCS #8 form')
  return key.export({ format: 'der', type: 'pkcs8' })
}

/** @throws {RangeError} The bytes are no PKCS #8 private key that fits the algorithm. */
export function privateKeyFromPkcs8(algorithm: SignatureAlgorithm, pkcs8: Uint8Array): JwsKey {
  const key = importing(() => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }))
  jwsAlgorithms[algorithm].requireKey(key)
  return key
}

/** The public members of the key's JWK: never a private one. */
export function publicMembersOf(privateKey: JwsKey): JsonWebKey {
  if (!(privateKey instanceof KeyObject)) throw new RangeError('a secret has no public members')
  return createPublicKey(privateKey).export({ format: 'jwk' })
}

/** @throws {RangeError} The members are no public key that fits the algorithm (not on the curve, too small). */
export function publicKeyFromJwk(algorithm: SignatureAlgorithm, jwk: Readonly<Record<string, string>>): JwsKey {
  const key = importing(() => createPublicKey({ key: jwk, format: 'jwk' }))
  jwsAlgorithms[algorithm].requireKey(key)
  return key
}

function importing(make: () => KeyObject): KeyObject {
  try {
    return make()
  } catch {
    // OpenSSL's message may say something of the bytes.
    throw new RangeError('not a key')
  }
}
