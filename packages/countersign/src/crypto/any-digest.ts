import { hash } from 'node:crypto'
import type { AnyHmacAlgorithm } from './any-hmac.ts'

/** The digest of bytes, for what others have made. SHA-1 is broken wherever somebody else may choose what is digested. */
export function anyDigest(algorithm: AnyHmacAlgorithm, data: Uint8Array): Uint8Array {
  return hash(algorithm, data, 'buffer')
}
