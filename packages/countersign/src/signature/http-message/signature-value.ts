import { encodeBase64, isInnerList, parseDictionary } from '../structured-field/index.ts'

/** RSA of 8192 bits has 1368 characters. */
const MAX_LENGTH = 2048

/**
 * The bytes that `Signature` (RFC 9421 section 4.2) has under a label, as base64.
 *
 * @returns what stands there, canonical or not: whoever checks the signature accepts the canonical spelling only. `undefined` when there
 *   is nothing under this label.
 * @throws {SyntaxError} The field is no dictionary, or what is under the label are no bytes.
 */
export function signatureValue(text: string, label: string): string | undefined {
  return bounded(isTheOnly(text, label) ? text.slice(label.length + 2, -1) : parsedValue(text, label))
}

/** Whether the text is `label=:...:` and nothing else. */
function isTheOnly(text: string, label: string): boolean {
  const start = label.length + 2
  return text.startsWith('=:', label.length) && text.startsWith(label) && text.indexOf(':', start) === text.length - 1
}

function parsedValue(text: string, label: string): string | undefined {
  const member = parseDictionary(text).get(label)
  if (member === undefined) return undefined
  if (isInnerList(member) || member.bare.type !== 'bytes') throw new SyntaxError('a signature that is no bytes')
  return encodeBase64(member.bare.value)
}

function bounded(value: string | undefined): string | undefined {
  if (value !== undefined && value.length > MAX_LENGTH) throw new SyntaxError('a signature that is too long')
  return value
}

/** Characters of base64 that come from the first half of 64 bytes only. */
const HALF_OF_64 = 42
const BASE64_OF_64 = 88
const BASE64_OF_96 = 128

/**
 * What a replay claim is made of when the signer gave no nonce. Of ECDSA it is r alone: for every (r, s) there is a second valid
 * signature (r, n - s), which anybody can compute. Nobody signs two messages with one r and keeps the key; nor with one R of EdDSA,
 * which has the same length.
 */
export function claimOf(signature: string): string {
  if (signature.length === BASE64_OF_64) return signature.slice(0, HALF_OF_64)
  return signature.length === BASE64_OF_96 ? signature.slice(0, BASE64_OF_96 / 2) : signature
}
