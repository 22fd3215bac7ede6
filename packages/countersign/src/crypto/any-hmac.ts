import { createHmac } from 'node:crypto'

/** Hashes that other systems use under HMAC. SHA-1 is broken for signatures, not under HMAC; what takes it says so by name all the same. */
export type AnyHmacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** HMAC (RFC 2104) for what others have made, with a secret of whatever length. Ours use `hmacSha256`. */
export function anyHmac(algorithm: AnyHmacAlgorithm, secret: string | Uint8Array, data: string | Uint8Array): Uint8Array {
  return createHmac(algorithm, secret).update(data).digest()
}
