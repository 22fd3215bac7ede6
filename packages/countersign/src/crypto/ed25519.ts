import { createPrivateKey, createPublicKey, KeyObject, sign, verify } from 'node:crypto'
import { type JwsKey, requireCurve } from './key-requirement.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** What stands before the 32 bytes of a key in PKCS #8 and in a SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** The private key of a seed of 32 bytes (RFC 8032 section 5.1.5). @throws {RangeError} It has another length. */
export function ed25519PrivateKey(seed: Uint8Array): JwsKey {
  requireKeyBytes(seed)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

/** @throws {RangeError} The bytes are no public key. */
export function ed25519PublicKey(bytes: Uint8Array): JwsKey {
  requireKeyBytes(bytes)
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, bytes]), format: 'der', type: 'spki' })
}

/** The 32 bytes of the public half. @throws {RangeError} The key is of another kind. */
export function ed25519PublicBytes(key: JwsKey): Uint8Array {
  requireCurve(key, 'ed25519')
  const publicKey = key instanceof KeyObject && key.type === 'private' ? createPublicKey(key) : (key as KeyObject)
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length)
}

/** An Ed25519 signature (RFC 8032) of bytes: 64 bytes. @throws {RangeError} The key is of another kind. */
export function signEd25519(key: JwsKey, data: Uint8Array): Uint8Array {
  requireCurve(key, 'ed25519')
  return sign(null, data, key as KeyObject)
}

/** Whether these are the 64 bytes of a valid signature. Never throws on a bad one. @throws {RangeError} The key is of another kind. */
export function verifyEd25519(key: JwsKey, data: Uint8Array, signature: Uint8Array): boolean {
  requireCurve(key, 'ed25519')
  return signature.byteLength === SIGNATURE_BYTES && verify(null, data, key as KeyObject, signature)
}

function requireKeyBytes({ byteLength }: Uint8Array): void {
  if (byteLength !== KEY_BYTES) throw new RangeError('an Ed25519 key has 32 bytes')
}
