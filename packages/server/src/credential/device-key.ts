import { AuthError, parseJsonObject } from 'countersign/core'
import { isSignatureAlgorithm, jwsAlgorithms } from 'countersign/crypto'
import { generateSigningKey, type PublicJwk, publicJwk, thumbprint, verificationKey } from 'countersign/key'

/** What a device signs (DESIGN 8). It begins as no JWT does, so that no challenge is ever the proof of something else. */
export type DevicePurpose = 'enrolment' | 'challenge'

/** The text whose UTF-8 form is signed. It names the issuer that the device means, so that nobody can pass a challenge on. */
export const deviceText = (purpose: DevicePurpose, issuer: string, challenge: string): string =>
  `countersign/device-${purpose}/1\n${issuer}\n${challenge}`

/** WebCrypto writes the name of RFC 9864, which says the curve as well, for what JWS calls EdDSA (RFC 8037). */
const nameOf = (alg: unknown): unknown => (alg === 'Ed25519' ? 'EdDSA' : alg)

/**
 * Takes the public key of a device, of a kind that DPoP proofs can be made with: P-256, Ed25519, or RSA of at least 2048 bits.
 *
 * @throws {AuthError} `request_invalid` for any other key and for one with a private member.
 */
export function checkedDeviceKey(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  try {
    const { kid: _theirs, alg, ...members } = jwk
    const unnamed = publicJwk({ ...members, alg: nameOf(alg), kid: 'unnamed' })
    const key = publicJwk({ ...unnamed, kid: thumbprint(unnamed) })
    verificationKey(key)
    return key
  } catch (error) {
    const problem = error instanceof RangeError ? `is refused: ${error.message}` : 'is not usable'
    throw new AuthError('request_invalid', { pointer: '/public_key', problem })
  }
}

/** What `checkedDeviceKey` passed and the database kept; its `kid` is its thumbprint. */
export const storedDeviceKey = (material: string): PublicJwk => publicJwk(parseJsonObject(material))

/** @param signature base64url, as a JWS of the key's algorithm has it (for P-256 `r` and `s`, as WebCrypto makes it). */
export function isSignedBy(jwk: PublicJwk, text: string, signature: string): boolean {
  const { algorithm, publicKey } = verificationKey(jwk)
  return isSignatureAlgorithm(algorithm) && jwsAlgorithms[algorithm].verify(publicKey, `${text}.${signature}`, text.length)
}

/** Stands for the key of a device that does not exist: to check with it takes as long. */
export const nobodysKey: PublicJwk = generateSigningKey('ES256').publicJwk
