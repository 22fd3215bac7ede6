import { readScratchLoosely, scratchBytes, writeScratchLoosely } from './scratch.ts'

// Node's Buffer is several times quicker than any loop in JavaScript; a browser has none and takes the loop below.
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  if (NodeBuffer === undefined) return encodePortably(bytes)
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

/**
 * Decodes unpadded base64url. Exactly one text decodes to given bytes: padding, white space, `+`, `/` and stray bits in the
 * last character are refused.
 *
 * @throws {SyntaxError} The text is not canonical base64url. The message never contains it.
 */
export function decodeBase64url(text: string): Uint8Array {
  if (NodeBuffer === undefined) return decodePortably(text)
  const bytes = NodeBuffer.from(text, 'base64url')
  if (!isCanonical(text, bytes.byteLength)) throw notCanonical()
  return bytes
}

/**
 * Decodes unpadded base64url to the text that it holds in UTF-8. A byte order mark stays in the text.
 *
 * @throws {SyntaxError} The text is not canonical base64url or does not hold UTF-8.
 */
export function decodeBase64urlText(text: string): string {
  const length = decodeToScratch(text)
  return length === undefined ? decodeUtf8(decodeBase64url(text)) : textOfScratch(length)
}

/**
 * As `decodeBase64url`, into the scratch.
 *
 * @returns the number of bytes; `undefined` when they might not fit, or without Node's Buffer.
 */
export function decodeToScratch(text: string): number | undefined {
  const length = writeScratchLoosely(text)
  if (length !== undefined && !isCanonical(text, length)) throw notCanonical()
  return length
}

/** The strict UTF-8 text of the first bytes of the scratch. @throws {SyntaxError} They are not UTF-8. */
export function textOfScratch(length: number): string {
  const text = readScratchLoosely(length)
  // Only where a replacement character is shown it pays to look again, strictly.
  return text.includes('\uFFFD') ? decodeUtf8(scratchBytes.subarray(0, length)) : text
}

/**
 * Whether a text that Node has decoded to `length` bytes was the canonical one; as good as encoding again, at a third of the price.
 * Node skips foreign characters and stops at padding, which leaves bytes missing; what it takes for an alphabet character without
 * saying so is `+`, `/` and a character beyond Latin-1 whose low byte is in the alphabet.
 */
function isCanonical(text: string, length: number): boolean {
  const tail = text.length % 4
  if (tail === 1 || length !== (text.length * 3) >> 2 || text.includes('+') || text.includes('/')) return false
  if (tail !== 0 && (alphabet.indexOf(text.charAt(text.length - 1)) & (tail === 2 ? 15 : 3)) !== 0) return false
  return !/[^\0-\xff]/.test(text)
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes UTF-8 strictly. A byte order mark stays in the text.
 *
 * @throws {SyntaxError} The bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new SyntaxError('not UTF-8')
  }
}

function encodePortably(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += alphabet.charAt((held >> bits) & 63)
    }
  }
  return bits === 0 ? text : text + alphabet.charAt((held << (6 - bits)) & 63)
}

function decodePortably(text: string): Uint8Array {
  if (text.length % 4 === 1) throw notCanonical()
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let bits = 0
  let held = 0
  let length = 0
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) throw notCanonical()
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[length++] = (held >> bits) & 255
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw notCanonical()
  return bytes
}

const notCanonical = (): SyntaxError => new SyntaxError('not canonical base64url')
