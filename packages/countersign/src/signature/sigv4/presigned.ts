import type { RequestMessage } from '../message.ts'
import { canonicalHeaders } from './canonical-headers.ts'
import { type QueryParameter, queryParameters, sortedQuery } from './canonical-query.ts'
import { presignedTargets, splitTarget } from './canonical-target.ts'
import { claimedSignature } from './claimed.ts'
import { malformedSigV4 } from './malformed.ts'
import { announcedPayload, type Payload } from './payload.ts'
import type { SigV4Provider } from './provider.ts'
import type { SigV4Realm } from './realm.ts'
import { type SigV4Signature, sigV4Signature } from './sigv4-signature.ts'
import { parseTimestamp } from './timestamp.ts'

/** A week, as Amazon has it. */
export const MAX_PRESIGNED_SECONDS = 604_800
const EXPIRES = /^[1-9]\d{0,5}$/
const METHOD = /^[A-Z][A-Z-]{0,31}$/

export interface PresignedOptions {
  /**
   * Whether the route takes a body that the signer left open. Then a link that says nothing of its body is also checked as one that
   * leaves it open, as S3 clients make them. Default `false`.
   */
  readonly unsignedPayload?: boolean
}

/**
 * Reads a SigV4 signature from the query of a presigned URL. Good until `expiresAt`, for whoever holds the URL, as often as they like:
 * claim the `nonce` for a link that works once.
 *
 * @returns `undefined` when the query has no such signature.
 * @throws {AuthError} `credential_malformed` with the `part` at fault.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html}
 */
export function readPresignedSigV4(message: RequestMessage, realm: SigV4Realm, options: PresignedOptions = {}): SigV4Signature | undefined {
  const provider = realm.providers.find(({ parameters }) => message.target.includes(`${parameters.signature}=`))
  if (provider === undefined) return undefined
  if (!METHOD.test(message.method)) throw malformedSigV4('method')
  const { path, query } = splitTarget(message.target)
  const parameters = queryParameters(query)
  if (parameters === undefined) throw malformedSigV4('query')
  return signatureOf(message, path, parameters, provider, realm, options)
}

function signatureOf(
  message: RequestMessage,
  path: string,
  parameters: readonly QueryParameter[],
  provider: SigV4Provider,
  realm: SigV4Realm,
  options: PresignedOptions,
): SigV4Signature {
  const names = provider.parameters
  const only = (name: string): string | undefined => onlyParameter(parameters, name)
  const needed = (name: string): string => only(name) ?? missing(name)
  if (needed(names.algorithm) !== provider.algorithm) throw malformedSigV4('algorithm')
  const timestamp = needed(names.date)
  const signedAt = parseTimestamp(timestamp)
  const expires = needed(names.expires)
  if (!EXPIRES.test(expires) || Number(expires) > MAX_PRESIGNED_SECONDS) throw malformedSigV4('expires')
  const parts = { credential: needed(names.credential), signedHeaders: needed(names.signedHeaders), signature: needed(names.signature) }
  const claimed = claimedSignature(parts, timestamp.slice(0, 8), provider, realm)
  const sorted = sortedQuery(parameters.filter(({ name }) => name !== names.signature))
  if (sorted === undefined) throw malformedSigV4('query', 'values of one name in ascending order')
  return sigV4Signature({
    form: 'sigv4-presigned',
    claimed,
    timestamp,
    signedAt,
    expiresAt: signedAt + Number(expires),
    payload: payloadOf(message, only(names.digest), provider),
    mayBeUnsigned: options.unsignedPayload === true,
    sessionToken: only(names.token),
    canonical: {
      method: message.method,
      targets: presignedTargets(path, sorted),
      headers: canonicalHeaders(message, claimed.signedHeaders, provider),
    },
  })
}

function missing(name: string): never {
  throw malformedSigV4('query', `${name} is missing`)
}

/** @returns the decoded value. In another spelling the name would be another parameter to us and perhaps not to the next reader. */
function onlyParameter(parameters: readonly QueryParameter[], wanted: string): string | undefined {
  const lower = wanted.toLowerCase()
  const found = parameters.filter(({ name }) => name.toLowerCase() === lower)
  const [first] = found
  if (first === undefined) return undefined
  if (found.length > 1) throw malformedSigV4('query', `${wanted} once`)
  return decodeURIComponentStrictly(first.value)
}

function decodeURIComponentStrictly(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw malformedSigV4('query')
  }
}

/** Clients write the digest among the parameters or leave it in its header; both are signed. */
function payloadOf(message: RequestMessage, parameter: string | undefined, provider: SigV4Provider): Payload {
  const header = message.values(provider.headers.digest)
  if (header === undefined) return announcedPayload(parameter)
  if (header.length > 1 || parameter !== undefined) throw malformedSigV4('content_sha256', 'once')
  return announcedPayload(header[0])
}
