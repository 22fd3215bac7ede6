/** Nothing to encode, whichever way one does it. */
const PLAIN = /^[\w\-.~/]*$/
const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/
/** What encoding an escaped path again leaves behind. */
const TWICE_ESCAPED = /%25[0-9A-Fa-f]{2}/

/** How signers write a path, and which of the ways can be told apart from the others on this one. */
export interface CanonicalPaths {
  /** As sent: curl. `undefined` where it could be somebody else's twice-encoded path. */
  readonly raw: string | undefined
  /** Each escape encoded again (`/a%20b` as `/a%2520b`): Amazon's rule for all services but S3. */
  readonly double: string | undefined
  /** Each character encoded once, escapes in upper case: S3. */
  readonly single: string | undefined
}

/**
 * The three ways of writing a path, none of which stands for two different resources.
 *
 * A signature is good when any of the three fits, so that `/a%2520b`, as sent, would share its signature with `/a%20b`, encoded twice. It
 * does not, because a path that looks encoded twice is taken in that form only. Amazon also removes `.`, `..` and empty segments before
 * it signs: here they stay, because `/a//b` and `/a/b` are two resources.
 */
export function canonicalPaths(path: string): CanonicalPaths {
  if (PLAIN.test(path)) return { raw: path, double: path, single: path }
  if (MALFORMED_ESCAPE.test(path)) return { raw: path, double: undefined, single: undefined }
  const double = path.replaceAll(/[^\w\-.~/]/g, escaped)
  if (TWICE_ESCAPED.test(path)) return { raw: undefined, double, single: undefined }
  // What looks encoded twice only now had an escaped digit in it: `/a%25%32%30b`.
  const single = encodeOnce(path)
  return { raw: path, double, single: TWICE_ESCAPED.test(single) ? undefined : single }
}

/** Decodes and encodes again: one spelling of what percent-decoding gives. `%2F` stays, it is no separator. */
export function encodeOnce(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})|[^\w\-.~/]/g, (match, hex: string | undefined) =>
    hex === undefined ? escaped(match) : recoded(hex),
  )
}

function recoded(hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16))
  return /[\w\-.~]/.test(character) ? character : `%${hex.toUpperCase()}`
}

const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
