import { hash } from 'node:crypto'

/** SHA-256 (FIPS 180-4) of bytes, or of the UTF-8 form of a text: 32 bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer')
}

/** SHA-256 as unpadded base64url: 43 characters. */
export function sha256Base64url(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url')
}
