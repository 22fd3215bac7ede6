import { malformedSigV4 } from './malformed.ts'
import type { SigV4Provider } from './provider.ts'
import type { SigV4Realm } from './realm.ts'
import type { CredentialScope } from './scope.ts'

/** What both wire forms say of a signature. */
export interface ClaimedSignature {
  readonly keyId: string
  readonly scope: CredentialScope
  /** As on the wire: `20261122/local/api/csgn4_request`. */
  readonly scopeText: string
  /** `host;x-csgn-date`. */
  readonly signedHeaders: string
  /** 64 characters; right only as lower-case hex: one spelling, so that it can be claimed once. */
  readonly signature: string
}

const KEY_ID = /^[\w.:@~-]{1,128}$/
const SIGNATURE_LENGTH = 64
const DATE_LENGTH = 8

/** @throws {AuthError} `credential_malformed`: a part has not its form, or the scope is for another place, dialect or day than `date`. */
export function claimedSignature(
  parts: { readonly credential: string; readonly signedHeaders: string; readonly signature: string },
  date: string,
  provider: SigV4Provider,
  realm: SigV4Realm,
): ClaimedSignature {
  const { credential, signedHeaders, signature } = parts
  if (signature.length !== SIGNATURE_LENGTH) throw malformedSigV4('signature')
  const slash = credential.indexOf('/')
  const keyId = credential.slice(0, slash)
  if (slash < 0 || !KEY_ID.test(keyId)) throw malformedSigV4('credential')
  const placeStart = slash + 1 + DATE_LENGTH + 1
  const place = realm.places.get(credential.slice(placeStart))
  if (place === undefined || place.provider !== provider || credential.charAt(placeStart - 1) !== '/')
    throw malformedSigV4('scope', 'a region, service and provider that are accepted here')
  if (!credential.startsWith(date, slash + 1)) throw malformedSigV4('scope', 'the day of the date header')
  const scope = { date, region: place.region, service: place.service, provider }
  return { keyId, scope, scopeText: credential.slice(slash + 1), signedHeaders, signature }
}
