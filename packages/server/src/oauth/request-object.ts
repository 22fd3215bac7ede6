import type { Clock } from 'countersign/core'
import { errors } from 'oidc-provider'

const HOUR_SECONDS = 3600

/**
 * A request that a client has signed (RFC 9101) says from when until when it is good, which is an hour at most on either side: otherwise whoever
 * finds one in a log could begin with it for ever. FAPI 2.0 Message Signing, section 5.3.1, asks for the same. Whether it is good now the
 * library has checked.
 *
 * @throws {errors.InvalidRequestObject}
 */
export function requireShortRequest({ nbf, exp }: { readonly [claim: string]: unknown }, clock: Clock): void {
  const now = clock.now() / 1000
  if (typeof exp !== 'number' || exp > now + HOUR_SECONDS) throw new errors.InvalidRequestObject('the request must expire within an hour')
  if (typeof nbf !== 'number' || nbf < now - HOUR_SECONDS)
    throw new errors.InvalidRequestObject('the request must have begun within the last hour')
}
