import type { Clock } from 'countersign/core'
import { errors } from 'oidc-provider'

/** What an assertion claims is remembered for an hour: it must not be good for longer. */
const LONGEST_SECONDS = 3540

/**
 * What we ask of an assertion that a client proves itself with (RFC 7523 section 3) beyond what the library does. It is for us alone: the library
 * takes a list in which we are one of several, and any endpoint. Whoever else is named in it, or has told the client to name us as one of theirs,
 * could show it to us in the client's place.
 *
 * @throws {errors.InvalidClientAuth}
 */
export function requireOwnAssertion(
  { aud, exp }: { readonly aud?: unknown; readonly exp?: unknown },
  accepted: readonly string[],
  clock: Clock,
): void {
  if (typeof aud !== 'string' || !accepted.includes(aud)) {
    throw new errors.InvalidClientAuth('the audience (aud) must be the issuer or the token endpoint, and no list')
  }
  if (typeof exp !== 'number' || exp * 1000 > clock.now() + LONGEST_SECONDS * 1000) {
    throw new errors.InvalidClientAuth('the assertion must expire within an hour')
  }
}
