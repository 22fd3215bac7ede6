import { encodeBase64url } from '../core/base64url.ts'
import { parseBase64urlJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'
import { type JwsAlgorithm, jwsAlgorithms, signPromptly } from '../crypto/index.ts'
import type { AnySigningKey, KeySet, VerificationKey } from '../key/index.ts'
import { decodeHeader, encodeHeader, type JwsHeader } from './jws-header.ts'

/** The longest compact JWS that is looked at, in characters, unless the caller names another bound. */
export const MAX_COMPACT_LENGTH = 8192

export interface JwsExpectation {
  /**
   * The `typ` that must be in the header, lower case and without `application/` (RFC 8725 section 3.11). Of a list, one of them; the
   * empty text stands for a header without `typ`.
   */
  readonly type: string | readonly string[]
  /** Never taken from the token (RFC 8725 section 3.1). */
  readonly algorithms: readonly JwsAlgorithm[]
  /** Default 8192 characters. */
  readonly maxLength?: number
}

export interface VerifiedJws {
  readonly payload: Record<string, unknown>
  readonly keyId: string
}

/** Signs a JSON payload as a compact JWS (RFC 7515 section 7.1) with the header members `alg`, `typ`, `kid`. */
export function signJws(type: string, payload: object, key: AnySigningKey): string {
  const input = signingInput(type, payload, key)
  return `${input}.${jwsAlgorithms[key.algorithm].sign(key.privateKey, input)}`
}

/** As `signJws`, but the cryptography runs on another thread. */
export async function signJwsInBackground(type: string, payload: object, key: AnySigningKey): Promise<string> {
  const input = signingInput(type, payload, key)
  return `${input}.${await jwsAlgorithms[key.algorithm].signInBackground(key.privateKey, input)}`
}

/** As `signJws`, for who signs now one and now many: the cryptography of one alone runs here, of others at the same time, and RSA, on another thread. */
export async function signJwsPromptly(type: string, payload: object, key: AnySigningKey): Promise<string> {
  const input = signingInput(type, payload, key)
  return `${input}.${await signPromptly(key.algorithm, key.privateKey, input)}`
}

const signingInput = (type: string, payload: object, key: AnySigningKey): string =>
  `${headerOf(type, key)}.${encodeBase64url(Buffer.from(JSON.stringify(payload)))}`

/** Of all tokens of one type and key it is the same text. Types are named in our own source: there are few. */
const headers = new WeakMap<AnySigningKey, Map<string, string>>()

function headerOf(type: string, key: AnySigningKey): string {
  const known = headers.get(key) ?? new Map<string, string>()
  headers.set(key, known)
  const text = known.get(type) ?? encodeHeader(key.algorithm, type, key.kid)
  known.set(type, text)
  return text
}

/**
 * Verifies a compact JWS, in this order: size, structure, header, key, signature; only then reads the payload.
 *
 * Does not check any claim (issuer, audience, time): the caller knows what the payload means.
 *
 * @throws {AuthError} `credential_malformed` when it is no compact JWS at all; `token_invalid` otherwise, with `reason: 'unknown_key'`
 *   and the `kid`, before any cryptography, when the key set does not have the key.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-5.2}
 */
export function verifyJws(compact: string, keys: KeySet, expect: JwsExpectation): VerifiedJws {
  if (compact.length > (expect.maxLength ?? MAX_COMPACT_LENGTH)) throw malformed('too_long')
  const headerEnd = compact.indexOf('.')
  const payloadEnd = compact.indexOf('.', headerEnd + 1)
  if (headerEnd < 1 || payloadEnd < 0 || compact.indexOf('.', payloadEnd + 1) >= 0) throw malformed('structure')
  const known = rememberedHeader(compact, headerEnd)
  const header = known ?? decodeHeader(compact.slice(0, headerEnd))
  const key = keyFor(header, keys, expect)
  if (!jwsAlgorithms[key.algorithm].verify(key.publicKey, compact, payloadEnd)) {
    throw new AuthError('token_invalid', { reason: 'signature', kid: key.kid })
  }
  if (known === undefined) remember(compact.slice(0, headerEnd), header)
  return { payload: payloadOf(compact.slice(headerEnd + 1, payloadEnd)), keyId: key.kid }
}

function keyFor(header: JwsHeader, keys: KeySet, expect: JwsExpectation): VerificationKey {
  if (!expect.algorithms.includes(header.algorithm)) throw new AuthError('token_invalid', { reason: 'algorithm' })
  if (!isExpected(header.type, expect.type)) throw new AuthError('token_invalid', { reason: 'type' })
  const key = keys.find(header.keyId)
  if (key === undefined) throw new AuthError('token_invalid', { reason: 'unknown_key', kid: header.keyId })
  // One key, one algorithm: what the header says only has to agree with it.
  if (key.algorithm !== header.algorithm) throw new AuthError('token_invalid', { reason: 'algorithm', kid: key.kid })
  return key
}

const isExpected = (type: string, expected: string | readonly string[]): boolean =>
  typeof expected === 'string' ? type === expected : expected.includes(type)

function payloadOf(segment: string): Record<string, unknown> {
  try {
    return parseBase64urlJsonObject(segment)
  } catch (cause) {
    // Signed by a key of ours and yet not readable: it is a JWS, but no token that we would make.
    throw new AuthError('token_invalid', { reason: 'payload' }, { cause })
  }
}

// All tokens of one key have the same header text. Reading one is a pure function of the text, so what was read before may be used
// again; only headers of tokens that verified are kept, so that a stranger cannot push them out.
const REMEMBERED_HEADERS = 16
const remembered: { readonly segment: string; readonly header: JwsHeader }[] = []

function rememberedHeader(compact: string, headerEnd: number): JwsHeader | undefined {
  const segment = compact.slice(0, headerEnd)
  for (const known of remembered) if (known.segment === segment) return known.header
  return undefined
}

function remember(segment: string, header: JwsHeader): void {
  if (remembered.length === REMEMBERED_HEADERS) remembered.shift()
  // Through bytes: a slice would keep the whole token in memory.
  remembered.push({ segment: Buffer.from(segment).toString(), header })
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })
