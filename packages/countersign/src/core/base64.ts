import { decodeBase64url, encodeBase64url } from './base64url.ts'

const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Base64 with padding (RFC 4648 section 4). RFC 9651 section 4.2.7 lets a recipient refuse missing padding and stray bits in the last
 * character, and here one value has one spelling.
 *
 * @throws {SyntaxError} The text is not canonical base64. The message never contains it.
 */
export function decodeBase64(text: string): Uint8Array {
  if (!canonical.test(text)) throw new SyntaxError('not canonical base64')
  return decodeBase64url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
}

export function encodeBase64(bytes: Uint8Array): string {
  const text = encodeBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
