import { AuthError, parseJsonObject } from 'countersign/core'
import { publicSignatureKey } from 'countersign/signature'

export type PublicJwk = Readonly<Record<string, string>>

/** RFC 7518 section 6, RFC 8037: what holds the key, by kind. */
const members: Readonly<Record<string, readonly string[]>> = { EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], RSA: ['n', 'e'], AKP: ['pub'] }
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const
/** One key, one algorithm: an RSA key fits two, and has to say which. */
const algorithmOfCurve: Readonly<Record<string, string>> = { Ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384' }

/**
 * Takes a caller's public key: Ed25519, P-256, P-384, RSA of at least 2048 bits with `alg` RS256 or PS512, or a one-time key (`AKP`) with
 * `alg` HSS-LMS or SLH-DSA-SHA2-128s.
 *
 * @returns its known members alone, `alg` among them.
 * @throws {AuthError} `request_invalid`, at `pointer`, for any other key and for one with a private member.
 */
export function checkedPublicKey(jwk: Readonly<Record<string, unknown>>, pointer: string): PublicJwk {
  const refuse = (problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) throw refuse('holds a private key. Keep it, and make a new one')
  const kty = String(jwk['kty'])
  const alg = jwk['alg'] ?? (Object.hasOwn(algorithmOfCurve, String(jwk['crv'])) ? algorithmOfCurve[String(jwk['crv'])] : undefined)
  const chosen: [string, unknown][] = [
    ['kty', kty],
    ['alg', alg],
  ]
  for (const name of Object.hasOwn(members, kty) ? (members[kty] ?? []) : []) chosen.push([name, jwk[name]])
  if (chosen.some(([, value]) => typeof value !== 'string'))
    throw refuse('must be an Ed25519, P-256, P-384, RSA or one-time key with its alg')
  const key = Object.fromEntries(chosen) as PublicJwk // every value is a text, by the line above
  try {
    publicSignatureKey(jwk['use'] === undefined ? key : { ...key, use: jwk['use'] })
  } catch (error) {
    throw refuse(error instanceof RangeError ? `is refused: ${error.message}` : 'is not usable')
  }
  return key
}

/** What `checkedPublicKey` passed and the database kept. */
export const storedPublicKey = (material: string): PublicJwk => parseJsonObject(material) as PublicJwk
