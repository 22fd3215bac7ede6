import { decodeBase64url } from '../../core/base64url.ts'
import { HssPublicKey, SLH_DSA, slhDsaPublicKey, verifySlhDsa } from '../../crypto/index.ts'

/** The names of COSE (RFC 8778) and JOSE for what a JWK of type `AKP` holds. */
export type OneTimeAlgorithm = 'HSS-LMS' | typeof SLH_DSA

/** What checks signatures that are made by one leaf after the other. */
export interface OneTimePublicKey {
  readonly algorithm: OneTimeAlgorithm
  /** Whether the signature is right, and made by this leaf. Does not know whether the leaf was used before. */
  verify(text: string, leaf: number, signature: Uint8Array): boolean
}

/** A key is used up after so many signatures, whatever it could sign: the claims of its leaves are kept. */
export const MAX_LEAVES: number = 2 ** 25

/**
 * Makes the public half usable: `{ kty: 'AKP', alg: 'HSS-LMS', pub }`, with the bytes of RFC 8554 section 6.1, or
 * `{ kty: 'AKP', alg: 'SLH-DSA-SHA2-128s', pub }`.
 *
 * @throws {RangeError} No such key, a private one, or this runtime has no SLH-DSA.
 */
export function oneTimePublicKey(jwk: Readonly<Record<string, unknown>>): OneTimePublicKey {
  const { kty, alg, pub, use } = jwk
  if (kty !== 'AKP' || typeof pub !== 'string' || Object.hasOwn(jwk, 'priv')) throw new RangeError('not a one-time public key')
  if (use !== undefined && use !== 'sig') throw new RangeError('a JWK that is not for signatures')
  if (alg === SLH_DSA) return slhDsa(pub)
  if (alg === 'HSS-LMS') return hashTree(new HssPublicKey(bytesOf(pub)))
  throw new RangeError('a one-time key of an algorithm that is not supported')
}

function hashTree(key: HssPublicKey): OneTimePublicKey {
  return Object.freeze({
    algorithm: 'HSS-LMS',
    // The number that is claimed has to be the one that the signature proves.
    verify: (text: string, leaf: number, signature: Uint8Array) =>
      key.leafOf(signature) === leaf && key.verify(utf8.encode(text), signature),
  })
}

/** Its keys sign any number of messages: the number in the signed text is what works once. */
function slhDsa(pub: string): OneTimePublicKey {
  const key = slhDsaPublicKey(pub)
  return Object.freeze({
    algorithm: SLH_DSA,
    verify: (text: string, _leaf: number, signature: Uint8Array) => verifySlhDsa(key, utf8.encode(text), signature),
  })
}

const utf8 = new TextEncoder()

function bytesOf(pub: string): Uint8Array {
  try {
    return decodeBase64url(pub)
  } catch {
    throw new RangeError('not a one-time public key')
  }
}
