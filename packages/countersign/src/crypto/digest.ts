import { createHash, hash } from 'node:crypto'

/** SHA-256 (FIPS 180-4) of bytes, or of the UTF-8 form of a text: 32 bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer')
}

/** SHA-256 as unpadded base64url: 43 characters. */
export function sha256Base64url(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url')
}

/** The algorithms of RFC 9530 that resist an attacker; its registry calls the others insecure. */
export type DigestAlgorithm = 'sha-256' | 'sha-512'

const nodeNames: Readonly<Record<DigestAlgorithm, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' }

/** The digest of bytes, or of the UTF-8 form of a text, as padded base64 or lower-case hex. */
export function digestText(algorithm: DigestAlgorithm, data: string | Uint8Array, encoding: 'base64' | 'hex'): string {
  return hash(nodeNames[algorithm], data, encoding)
}

/** A digest of what comes piece by piece. */
export interface RunningDigest {
  update(data: Uint8Array): void
  /** Once, after the last piece. */
  text(encoding: 'base64' | 'hex'): string
}

export function runningDigest(algorithm: DigestAlgorithm): RunningDigest {
  const running = createHash(nodeNames[algorithm])
  return {
    update: (data) => void running.update(data),
    text: (encoding) => running.digest(encoding),
  }
}
