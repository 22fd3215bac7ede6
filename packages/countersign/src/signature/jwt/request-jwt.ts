import { parseBase64urlJsonObject } from '../../core/json.ts'
import { type HttpSignatureAlgorithm, isJwsAlgorithm, type JwsAlgorithm, jwsAlgorithms } from '../../crypto/index.ts'
import type { RequestMessage } from '../message.ts'
import type { TimedRequestSignature } from '../request-signature.ts'
import type { SignatureKey } from '../signature-key.ts'
import { bodyBinding, coveredBy, type RequestJwtClaims, requestJwtClaims } from './claims.ts'
import { malformedJwt } from './malformed.ts'
import { type RequestJwtPolicy, requirePolicy } from './policy.ts'

/** A request that carries a JWT which its sender has made for it. */
export interface RequestJwt extends TimedRequestSignature {
  readonly form: 'jwt'
}

const MAX_LENGTH = 4096
const KEY_ID = /^[\w.:@/~-]{1,128}$/
/** Members that bring a key, its address, or another reading of the payload: never followed (RFC 8725 section 3.10). */
const refusedMembers = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'] as const

/**
 * Reads the JWT that a client has made for one request, from `Authorization: Bearer`. Its `typ` tells it from an access token.
 *
 * Does not check the signature, the time, the body or replay: the caller takes the result the one way of all forms.
 *
 * @returns `undefined` when there is no bearer token, or one of another type.
 * @throws {AuthError} `credential_malformed` with the `part` at fault; `signature_incomplete` when the claims bind less of the request
 *   than the policy wants; `signature_invalid` when they name another request.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519} and, for `htm` and `htu`, RFC 9449 section 4.2
 */
export function readRequestJwt(message: RequestMessage, policy: RequestJwtPolicy): RequestJwt | undefined {
  const values = message.values('authorization')
  const [, compact] = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(values?.[0] ?? '') ?? []
  if (values === undefined || compact === undefined || compact.length > MAX_LENGTH) return undefined
  const header = headerOf(compact)
  if (header === undefined || !policy.types.includes(typeOf(header))) return undefined
  if (values.length > 1) throw malformedJwt('authorization')
  return requestJwt(message, compact, header, policy)
}

function requestJwt(message: RequestMessage, compact: string, header: JoseHeader, policy: RequestJwtPolicy): RequestJwt {
  const { alg: algorithm, kid: keyId } = header
  if (!isJwsAlgorithm(algorithm)) throw malformedJwt('alg')
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) throw malformedJwt('kid')
  for (const name of refusedMembers) if (Object.hasOwn(header, name)) throw malformedJwt('header')
  const payloadEnd = compact.lastIndexOf('.')
  const claims: RequestJwtClaims = requestJwtClaims(compact.slice(compact.indexOf('.') + 1, payloadEnd))
  requirePolicy(claims, message, policy)
  return {
    form: 'jwt',
    keyId,
    signedAt: claims.issuedAt,
    expiresAt: claims.expiresAt,
    nonce: claims.id,
    body: bodyBinding(claims, policy),
    covered: coveredBy(claims),
    check: (key) =>
      key.kind !== 'one-time' && algorithmOf(key) === algorithm && jwsAlgorithms[algorithm].verify(key.key, compact, payloadEnd),
  }
}

type JoseHeader = Readonly<Record<string, unknown>>

/** @returns `undefined` for what is no JWT: then it is somebody else's to refuse. */
function headerOf(compact: string): JoseHeader | undefined {
  try {
    return parseBase64urlJsonObject(compact.slice(0, compact.indexOf('.')))
  } catch {
    return undefined
  }
}

/** RFC 7515 section 4.1.9 lets a sender leave out `application/`. */
function typeOf({ typ }: JoseHeader): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
}

const algorithms: Readonly<Partial<Record<HttpSignatureAlgorithm, JwsAlgorithm>>> = {
  'hmac-sha256': 'HS256',
  ed25519: 'EdDSA',
  'ecdsa-p256-sha256': 'ES256',
  'rsa-v1_5-sha256': 'RS256',
}

/** One key, one algorithm: what the header says only has to agree with it. */
const algorithmOf = (key: Exclude<SignatureKey, { readonly kind: 'one-time' }>): JwsAlgorithm | undefined =>
  algorithms[key.kind === 'secret' ? 'hmac-sha256' : key.algorithm]
