import { encodeBase64url } from '../core/base64url.ts'
import { parseBase64urlJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'
import { isJwsAlgorithm, type JwsAlgorithm } from '../crypto/index.ts'
import { MAX_KEY_ID_LENGTH } from '../key/index.ts'

/** What we take from a JOSE header (RFC 7515 section 4.1). */
export interface JwsHeader {
  readonly algorithm: JwsAlgorithm
  readonly keyId: string
  /** `typ`, lower case, without the `application/` that section 4.1.9 lets a sender leave out; empty when there is none. */
  readonly type: string
}

/**
 * Members that bring a key, an address of a key, another reading of the payload, or encryption. None of them is ever followed, and a
 * token that has one expects a reader who does (RFC 8725 sections 3.1 and 3.10, RFC 7797).
 */
const refusedMembers = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'] as const

export function encodeHeader(algorithm: JwsAlgorithm, type: string, kid: string): string {
  return encodeBase64url(Buffer.from(JSON.stringify({ alg: algorithm, typ: type, kid })))
}

/** @throws {AuthError} `credential_malformed`: no JOSE header at all. `token_invalid`: one that we do not accept. */
export function decodeHeader(segment: string): JwsHeader {
  const header = headerMembers(segment)
  for (const name of refusedMembers)
    if (Object.hasOwn(header, name)) throw new AuthError('token_invalid', { reason: 'header_member', name })
  const { alg, kid, typ } = header
  if (!isJwsAlgorithm(alg)) throw new AuthError('token_invalid', { reason: 'algorithm' })
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID_LENGTH) throw new AuthError('token_invalid', { reason: 'kid' })
  if (typ !== undefined && (typeof typ !== 'string' || typ === '')) throw new AuthError('token_invalid', { reason: 'type' })
  return { algorithm: alg, keyId: kid, type: typ === undefined ? '' : mediaSubtype(typ) }
}

function headerMembers(segment: string): Record<string, unknown> {
  try {
    return parseBase64urlJsonObject(segment)
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'header' }, { cause })
  }
}

function mediaSubtype(type: string): string {
  const lower = type.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
