import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject, parseBase64urlJsonObject } from '../core/json.ts'

/** A key that bodies are encrypted to: X25519 (RFC 8037) or P-256 (RFC 7518 section 6.2). */
export interface EncryptionPublicJwk {
  readonly kty: 'OKP' | 'EC'
  readonly crv: 'X25519' | 'P-256'
  readonly x: string
  readonly y?: string
  /** Names it among those of its set. */
  readonly kid?: string
}

export interface EncryptionPrivateJwk extends EncryptionPublicJwk {
  readonly kid: string
  readonly d: string
}

const COORDINATE_BYTES = 32
const MAX_KEYS = 16
const KID = /^[\w.:-]{1,64}$/

/** The known members of a public key. @throws {RangeError} It is none of the two kinds, or holds a private member. */
export function encryptionPublicJwk(jwk: unknown): EncryptionPublicJwk {
  if (!isJsonObject(jwk) || Object.hasOwn(jwk, 'd')) throw new RangeError('not a public key')
  const { kty, crv, x, y, kid, use, alg } = jwk
  if ((use !== undefined && use !== 'enc') || (alg !== undefined && alg !== 'ECDH-ES')) throw new RangeError('a key for something else')
  if (kid !== undefined && !isKeyId(kid)) throw new RangeError('a kid of 1 to 64 letters, digits, and .:-_')
  const name = kid === undefined ? {} : { kid }
  if (kty === 'OKP' && crv === 'X25519' && isCoordinate(x)) return { kty, crv, x, ...name }
  if (kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y)) return { kty, crv, x, y, ...name }
  throw new RangeError('not an X25519 or P-256 key')
}

/**
 * The key of a key set (RFC 7517 section 5) to encrypt to: the first that is for encryption.
 *
 * @throws {RangeError} There is none.
 */
export function encryptionRecipient(keySet: unknown): EncryptionPublicJwk {
  const keys: unknown = isJsonObject(keySet) ? keySet['keys'] : undefined
  for (const key of Array.isArray(keys) ? keys.slice(0, MAX_KEYS) : []) {
    if (isJsonObject(key) && key['use'] === 'enc' && key['alg'] === 'ECDH-ES') return encryptionPublicJwk(key)
  }
  throw new RangeError('the key set has no key to encrypt to')
}

/** The public half, as a request's header carries it. */
export function replyKeyValue(jwk: EncryptionPublicJwk): string {
  return encodeBase64url(new TextEncoder().encode(JSON.stringify(encryptionPublicJwk(jwk))))
}

/** @throws {Error} It is none. */
export const parseReplyKey = (value: string): EncryptionPublicJwk => encryptionPublicJwk(parseBase64urlJsonObject(value))

/** @throws {RangeError} */
export function requirePrivateKeys(keys: readonly EncryptionPrivateJwk[]): void {
  if (keys.length === 0 || keys.length > MAX_KEYS) throw new RangeError(`1 to ${MAX_KEYS} keys are needed to read encrypted bodies`)
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw new RangeError('each key needs a kid of its own')
  for (const { d, ...publicHalf } of keys) {
    if (!isKeyId(publicHalf.kid) || !isCoordinate(d)) throw new RangeError('a private key with its kid is needed')
    encryptionPublicJwk(publicHalf)
  }
}

const isKeyId = (kid: unknown): kid is string => typeof kid === 'string' && KID.test(kid)

function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== 43) return false
  try {
    return decodeBase64url(value).byteLength === COORDINATE_BYTES
  } catch {
    return false
  }
}
