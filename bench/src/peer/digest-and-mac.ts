/** The floor of a signed request: one SHA-256 of the body and one HMAC-SHA256, in the quickest form that we know of, on bytes that are ready. */
import { hash } from 'node:crypto'

export interface DigestAndMac {
  (body: Uint8Array, base: Uint8Array): string
}

const BLOCK_BYTES = 64

/** HMAC (RFC 2104) as two digests over prepared pads, each with text for output. */
export function digestAndMac(secret: Uint8Array): DigestAndMac {
  const pad = (byte: number): Buffer => {
    const block = Buffer.alloc(BLOCK_BYTES)
    block.set(secret)
    return block.map((value) => value ^ byte) as Buffer
  }
  const inner = Buffer.concat([pad(0x36), Buffer.alloc(4096)])
  const outer = Buffer.concat([pad(0x5c), Buffer.alloc(32)])
  return (body, base) => {
    const digest = hash('sha256', body, 'base64')
    inner.set(base, BLOCK_BYTES)
    outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + base.length), 'binary'), BLOCK_BYTES, 'binary')
    return digest + hash('sha256', outer, 'base64')
  }
}
