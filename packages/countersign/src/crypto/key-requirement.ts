import { KeyObject } from 'node:crypto'
import { HmacKey } from './hmac.ts'

/** A key that fits one algorithm; what is in it is this folder's business. */
export type JwsKey = KeyObject | HmacKey

/** RFC 7518 section 3.2: a key of the same size as the hash output or larger. */
const MIN_SECRET_BYTES = 32
/** RFC 7518 section 3.3. */
const MIN_MODULUS_BITS = 2048
/** A larger one only costs time: a verification grows with its square. */
const MAX_MODULUS_BITS = 8192

export function requireSecret(key: JwsKey): void {
  if (!(key instanceof HmacKey)) throw new RangeError('the algorithm needs a secret')
  if (key.byteLength < MIN_SECRET_BYTES) throw new RangeError(`the secret has fewer than ${MIN_SECRET_BYTES} bytes`)
}

export function requireCurve(key: JwsKey, type: string, namedCurve?: string): void {
  if (!(key instanceof KeyObject) || key.asymmetricKeyType !== type) throw new RangeError('the key is of another kind than its algorithm')
  if (key.asymmetricKeyDetails?.namedCurve !== namedCurve) throw new RangeError('the key is on another curve than its algorithm')
}

/** @param kinds `rsa-pss` is a key that says of itself that it makes no other signatures (RFC 4055 section 1.2). */
export function requireRsa(key: JwsKey, kinds: readonly ('rsa' | 'rsa-pss')[] = ['rsa']): void {
  if (!(key instanceof KeyObject) || !kinds.some((kind) => kind === key.asymmetricKeyType))
    throw new RangeError('the key is of another kind than its algorithm')
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < MIN_MODULUS_BITS || modulusLength > MAX_MODULUS_BITS)
    throw new RangeError('the RSA modulus is too small or too large')
  if (publicExponent < 3n || publicExponent % 2n === 0n) throw new RangeError('the RSA exponent is not usable')
}
