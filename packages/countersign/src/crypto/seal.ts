import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../core/platform.ts'

// version (1) || nonce (12) || ciphertext || tag (16)
const VERSION = 1
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES

/**
 * Encrypts with AES-256-GCM (NIST SP 800-38D) under a random 96-bit nonce: safe for 2^32 messages a key.
 *
 * @param associatedData What the plaintext belongs to (table, row, purpose); it must be the same to unseal.
 * @throws {RangeError} The key is not 32 bytes long.
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, associatedData: string, random: Random): Uint8Array {
  requireKeyLength(key)
  const nonce = random.bytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad(associatedData))
  return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/**
 * Opens what `seal` made, with the first of `keys` that fits.
 *
 * @throws {Error} `unseal failed`, whatever the reason: unknown version, other key, other associated data, changed bytes.
 */
export function unseal(keys: readonly Uint8Array[], sealed: Uint8Array, associatedData: string): Uint8Array {
  if (sealed.byteLength < HEAD_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new Error('unseal failed')
  for (const key of keys) {
    requireKeyLength(key)
    const plaintext = open(key, sealed, associatedData)
    if (plaintext !== undefined) return plaintext
  }
  throw new Error('unseal failed')
}

function open(key: Uint8Array, sealed: Uint8Array, associatedData: string): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEAD_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aad(associatedData))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

/** The version is authenticated with the rest. */
const aad = (associatedData: string): Uint8Array => Buffer.from(`countersign seal ${VERSION}\0${associatedData}`)

function requireKeyLength(key: Uint8Array): void {
  if (key.byteLength !== KEY_BYTES) throw new RangeError('a sealing key is 32 bytes long')
}
