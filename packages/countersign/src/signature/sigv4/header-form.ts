import type { RequestMessage } from '../message.ts'
import { canonicalHeaders } from './canonical-headers.ts'
import { canonicalTargets, splitTarget } from './canonical-target.ts'
import { claimedSignature } from './claimed.ts'
import { malformedSigV4 } from './malformed.ts'
import { announcedPayload } from './payload.ts'
import type { SigV4Provider } from './provider.ts'
import type { SigV4Realm } from './realm.ts'
import { type SigV4Signature, sigV4Signature } from './sigv4-signature.ts'
import { parseTimestamp } from './timestamp.ts'

const MAX_AUTHORIZATION_LENGTH = 4096
const MAX_TOKEN_LENGTH = 8192
const METHOD = /^[A-Z][A-Z-]{0,31}$/

/**
 * Reads a SigV4 signature from the `Authorization` header: `curl --aws-sigv4`, botocore, aws4, Amazon's SDKs.
 *
 * Does not check the signature, the time, the body or replay: the caller takes the result the one way of all forms. A bare `Date` header
 * does not date a request; `x-<provider>-date` does.
 *
 * @returns `undefined` when the request uses another scheme.
 * @throws {AuthError} `credential_malformed` with the `part` at fault.
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html}
 */
export function readSigV4(message: RequestMessage, realm: SigV4Realm): SigV4Signature | undefined {
  const values = message.values('authorization')
  const authorization = values?.[0]
  if (values === undefined || authorization === undefined) return undefined
  const provider = providerOf(authorization, realm)
  if (provider === undefined) return undefined
  if (values.length > 1 || authorization.length > MAX_AUTHORIZATION_LENGTH) throw malformedSigV4('authorization')
  return signatureOf(message, authorization, provider, realm)
}

function providerOf(authorization: string, { providers }: SigV4Realm): SigV4Provider | undefined {
  for (const provider of providers) {
    const { algorithm } = provider
    if (authorization.startsWith(algorithm) && authorization.charCodeAt(algorithm.length) === 0x20) return provider
  }
  return undefined
}

function signatureOf(message: RequestMessage, authorization: string, provider: SigV4Provider, realm: SigV4Realm): SigV4Signature {
  if (!METHOD.test(message.method)) throw malformedSigV4('method')
  const { date, digest, token } = provider.headers
  const timestamp = onlyValue(message, date)
  if (timestamp === undefined) throw malformedSigV4('date', `send ${date}`)
  const signedAt = parseTimestamp(timestamp)
  const claimed = claimedSignature(authorizationParts(authorization, provider.algorithm.length), timestamp.slice(0, 8), provider, realm)
  const sessionToken = onlyValue(message, token)
  if (sessionToken !== undefined && sessionToken.length > MAX_TOKEN_LENGTH) throw malformedSigV4('token')
  return sigV4Signature({
    form: 'sigv4',
    claimed,
    timestamp,
    signedAt,
    expiresAt: undefined,
    payload: announcedPayload(onlyValue(message, digest)),
    mayBeUnsigned: false,
    sessionToken,
    canonical: {
      method: message.method,
      targets: canonicalTargets(splitTarget(message.target)),
      headers: canonicalHeaders(message, claimed.signedHeaders, provider, timestamp),
    },
  })
}

function onlyValue(message: RequestMessage, name: string): string | undefined {
  const values = message.values(name)
  // curl sends a date twice when one was given by hand.
  if (values !== undefined && values.length > 1) throw malformedSigV4('header', `${name} once`)
  return values?.[0]
}

interface AuthorizationParts {
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
}

/** `<algorithm> Credential=…, SignedHeaders=…, Signature=…`, in this order; the blanks after the commas may be missing. */
function authorizationParts(authorization: string, algorithmLength: number): AuthorizationParts {
  const credential = afterLabel(authorization, algorithmLength, 'Credential=')
  const credentialEnd = authorization.indexOf(',', credential)
  const signedHeaders = afterLabel(authorization, credentialEnd + 1, 'SignedHeaders=')
  const signedHeadersEnd = authorization.indexOf(',', signedHeaders)
  const signature = afterLabel(authorization, signedHeadersEnd + 1, 'Signature=')
  return {
    credential: authorization.slice(credential, credentialEnd),
    signedHeaders: authorization.slice(signedHeaders, signedHeadersEnd),
    signature: authorization.slice(signature),
  }
}

/** Where the value begins. Without a comma before it, the search begins at the scheme, where no label is. */
function afterLabel(text: string, start: number, label: string): number {
  let at = start
  while (text.charCodeAt(at) === 0x20) at++
  if (!text.startsWith(label, at)) throw malformedSigV4('authorization')
  return at + label.length
}
