import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject, sign, verify } from 'node:crypto'
import type { JwsKey } from './key-requirement.ts'

/**
 * The one parameter set of SLH-DSA (FIPS 205) whose signatures, 7,856 bytes, fit into the headers of a request. To sign takes about a
 * second, to verify a few milliseconds.
 */
export const SLH_DSA = 'SLH-DSA-SHA2-128s'
const NODE_NAME = 'slh-dsa-sha2-128s'
const SIGNATURE_BYTES = 7856
const PUBLIC_KEY_BYTES = 32

/** @throws {RangeError} This runtime has no SLH-DSA. */
export function generateSlhDsaKey(): JwsKey {
  return needed(() => generateKeyPairSync(NODE_NAME).privateKey)
}

/** PKCS #8, DER. @throws {RangeError} No such key, or this runtime has no SLH-DSA. */
export function slhDsaKeyFromPkcs8(pkcs8: Uint8Array): JwsKey {
  return needed(() => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }))
}

/** @param pub As in a JWK of type `AKP`. @throws {RangeError} No such key, or this runtime has no SLH-DSA. */
export function slhDsaPublicKey(pub: string): JwsKey {
  if (Buffer.from(pub, 'base64url').byteLength !== PUBLIC_KEY_BYTES) throw new RangeError('not an SLH-DSA public key')
  // `alg` is what tells it from other keys of this type; the types of Node do not know the type yet.
  const jwk: Readonly<Record<string, string>> = { kty: 'AKP', alg: SLH_DSA, pub }
  return needed(() => createPublicKey({ key: jwk, format: 'jwk' }))
}

/** Off the main thread. */
export function signSlhDsa(key: JwsKey, message: Uint8Array): Promise<Uint8Array> {
  if (!isOurs(key)) return Promise.reject(new RangeError('not an SLH-DSA private key'))
  return new Promise((resolve, reject) => {
    sign(null, message, key, (error, signature) => (error === null ? resolve(signature) : reject(error)))
  })
}

/** Never throws on bad input. */
export function verifySlhDsa(key: JwsKey, message: Uint8Array, signature: Uint8Array): boolean {
  return isOurs(key) && signature.byteLength === SIGNATURE_BYTES && verify(null, message, key, signature)
}

function isOurs(key: JwsKey): key is KeyObject {
  return key instanceof KeyObject && key.asymmetricKeyType === NODE_NAME
}

function needed(make: () => KeyObject): KeyObject {
  let key: KeyObject
  try {
    key = make()
  } catch {
    // OpenSSL's message may say something of the bytes.
    throw new RangeError('not an SLH-DSA key, or this runtime has no SLH-DSA (it needs Node 24.8 with OpenSSL 3.5)')
  }
  if (!isOurs(key)) throw new RangeError(`not a key of ${SLH_DSA}`)
  return key
}
