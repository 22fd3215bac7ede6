import { AuthError } from '../../core/refusal.ts'

/** The longest token that is looked at, in characters. Longer ones are refused before anything is parsed. */
export const MAX_TOKEN_LENGTH = 8192
const SCHEME_LENGTH = 'Bearer '.length

/**
 * RFC 6750 section 2.1: `"Bearer" 1*SP b64token`; the scheme's case does not matter (RFC 9110 section 11.1). A token that is bound to a key
 * comes as `DPoP` (RFC 9449 section 7.1, the same form): which of the two is right, only the token says.
 */
const tokenCredential = /^(?:bearer|dpop) +([A-Za-z0-9._~+/-]+=*)$/i
const b64token = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Takes the token out of the value of an `Authorization` header. Does not look into the token.
 *
 * @returns the token, or `undefined` when there is no such header at all.
 * @throws {AuthError} `credential_malformed` for any other content, another scheme included: the header was meant to
 * authenticate, so nothing else in the request may take its place.
 */
export function extractBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  if (authorization.length > MAX_TOKEN_LENGTH + SCHEME_LENGTH) throw malformed('authorization_too_long')
  const token = tokenCredential.exec(authorization)?.[1]
  if (token === undefined) throw malformed('authorization_not_bearer')
  return token
}

/** As `extractBearer`. @throws {AuthError} `credential_missing` too, when there is no such header. */
export function requireBearer(authorization: string | undefined): string {
  const token = extractBearer(authorization)
  if (token === undefined) throw new AuthError('credential_missing')
  return token
}

/** Whether a text could be a token at all: its size and its characters. */
export function isTokenText(text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH && b64token.test(text)
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })
