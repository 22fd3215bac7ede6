import { AuthError } from '../core/index.ts'

/** Node itself refuses more than 16 KiB of headers. */
const MAX_HEADER_LENGTH = 16_384

/**
 * The value of the cookie of this name (RFC 6265 section 5.4), as it stands in the header: not unquoted, not decoded.
 *
 * @param header The value of `Cookie`; several such headers joined with `; `.
 * @returns the value, or `undefined` when there is no cookie of this name.
 * @throws {AuthError} `credential_malformed` when the cookie stands there twice: a second one can only be set from a sibling domain or
 * another path, and which of them is meant cannot be known; and for a header of more than 16 KiB.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  if (header.length > MAX_HEADER_LENGTH) throw malformed('cookie_too_long')
  let value: string | undefined
  for (const pair of header.split(';')) {
    const separator = pair.indexOf('=')
    if (separator < 0 || pair.slice(0, separator).trim() !== name) continue
    if (value !== undefined) throw malformed('cookie_repeated')
    value = pair.slice(separator + 1).trim()
  }
  return value
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })
