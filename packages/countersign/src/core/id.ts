import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { Random } from './platform.ts'
import { AuthError } from './refusal.ts'

const ID_BYTES = 16
const SECRET_BYTES = 32
const SECRET_CHARACTERS = 43
const CHECKSUM_CHARACTERS = 6

/** A new id: `<prefix>_` and 128 random bits, base64url (22 characters). */
export function newId(prefix: string, random: Random): string {
  return `${prefix}_${encodeBase64url(random.bytes(ID_BYTES))}`
}

/** A new secret: `<prefix>_`, 256 random bits in 43 characters, and 6 characters of checksum, by which leak scanners and typing errors are found. */
export function newSecret(prefix: string, random: Random): string {
  return formatSecret(prefix, random.bytes(SECRET_BYTES))
}

/** The text form of 32 secret bytes. */
export function formatSecret(prefix: string, bytes: Uint8Array): string {
  const body = `${prefix}_${encodeBase64url(bytes)}`
  return body + checksum(body)
}

/**
 * Takes the 32 bytes out of a secret's text. Checks form and checksum; does not check that anybody issued it.
 *
 * @throws {AuthError} `credential_malformed`
 */
export function parseSecret(prefix: string, text: string): Uint8Array {
  const bodyLength = prefix.length + 1 + SECRET_CHARACTERS
  const body = text.slice(0, bodyLength)
  if (text.length !== bodyLength + CHECKSUM_CHARACTERS || !body.startsWith(`${prefix}_`)) throw malformed('form')
  // The checksum is no secret: it is a function of the text that the caller sent.
  if (checksum(body) !== text.slice(bodyLength)) throw malformed('checksum')
  try {
    return decodeBase64url(body.slice(prefix.length + 1))
  } catch {
    throw malformed('form')
  }
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 (ISO 3309) of the UTF-8 form, as 6 characters of base64url. */
function checksum(text: string): string {
  let crc = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0)
  crc = ~crc >>> 0
  return encodeBase64url(Uint8Array.of(crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255, crc & 255))
}
