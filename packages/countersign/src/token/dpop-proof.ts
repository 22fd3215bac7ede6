import { encodeBase64url } from '../core/base64url.ts'
import { parseBase64urlJsonObject } from '../core/json.ts'
import type { EpochSeconds } from '../core/platform.ts'
import { equalText, jwsAlgorithms, type SignatureAlgorithm, sha256Base64url } from '../crypto/index.ts'
import { type PublicJwk, type SigningKey, type VerificationKey, verificationKey } from '../key/index.ts'
import { DpopError, proofInvalid } from './dpop-error.ts'
import { DPOP_PROOF_TYPE, type DpopHeader, decodeDpopHeader, refusedKey } from './dpop-header.ts'
import { normalizedHttpUri } from './http-uri.ts'

/** Every algorithm with a public key: whoever holds a secret that its verifier holds too proves nothing. */
export const dpopAlgorithms: readonly SignatureAlgorithm[] = Object.freeze(['ES256', 'EdDSA', 'RS256', 'PS256'])

export interface DpopExpectation {
  readonly method: string
  /** Where the request went, with scheme and authority as the client saw them. Query and fragment do not count. */
  readonly uri: string
  readonly now: EpochSeconds
  /** Never taken from the proof. Default: all of `dpopAlgorithms`. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** How old a proof may be. Default 60. */
  readonly maxAgeSeconds?: number
  /** How far the clocks of its maker and ours may differ. Default 5. */
  readonly clockToleranceSeconds?: number
  /** The access token beside it; left out where a proof comes without one. */
  readonly accessToken?: string
  /** The RFC 7638 thumbprint of the only key that may have made it. */
  readonly keyThumbprint?: string
  /** Whether a nonce is one of ours, and young. Left out, proofs need none, and what they have is not looked at. */
  readonly isNonce?: (nonce: string) => boolean
}

/** A proof that is right in all but one thing: whether it was used before. */
export interface DpopProof {
  readonly keyThumbprint: string
  readonly jwk: PublicJwk
  /** `jti`: to be claimed once, for as long as `notAfter` says. */
  readonly id: string
  readonly issuedAt: EpochSeconds
  /** From then on the proof is refused for its age. */
  readonly notAfter: EpochSeconds
}

const MAX_LENGTH = 8192
const MAX_URI_LENGTH = 8192
const DEFAULT_MAX_AGE_SECONDS = 60
const DEFAULT_CLOCK_TOLERANCE_SECONDS = 5
const idForm = /^[!-~]{1,256}$/
/** RFC 9449 section 8.1: the characters of a nonce. */
const nonceForm = /^[!#-[\]-~]{1,512}$/

/**
 * Verifies a DPoP proof, in this order: size, structure, header, key, signature, then what it says of the request.
 *
 * Does not check whether it was used before: claim `id` for its key until `notAfter`.
 *
 * @throws {DpopError} `proof_invalid`; `proof_nonce_required` for a missing, foreign or old nonce; `request_expired` for a proof that is too
 *   old, or from the future.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3}
 */
export function verifyDpopProof(compact: string, expect: DpopExpectation): DpopProof {
  if (compact.length > MAX_LENGTH) throw proofInvalid('too_long')
  const headerEnd = compact.indexOf('.')
  const payloadEnd = compact.indexOf('.', headerEnd + 1)
  if (headerEnd < 1 || payloadEnd < 0 || compact.indexOf('.', payloadEnd + 1) >= 0) throw proofInvalid('structure')
  const header = decodeDpopHeader(compact.slice(0, headerEnd), expect.algorithms ?? dpopAlgorithms)
  // A text comparison: made with another key, it is refused before any cryptography.
  if (expect.keyThumbprint !== undefined && !equalText(header.thumbprint, expect.keyThumbprint)) throw proofInvalid('other_key')
  if (!jwsAlgorithms[header.algorithm].verify(keyOf(header).publicKey, compact, payloadEnd)) throw proofInvalid('signature')
  return requireClaims(claimsOf(compact.slice(headerEnd + 1, payloadEnd)), header, expect)
}

/** What a client says of one request. */
export interface DpopFacts {
  readonly method: string
  /** Query and fragment are left out of the proof. */
  readonly uri: string
  /** A fresh random text: a proof is good once. */
  readonly id: string
  readonly issuedAt: EpochSeconds
  readonly accessToken?: string
  /** The newest one that this server has sent in `DPoP-Nonce`. */
  readonly nonce?: string
}

/**
 * Makes a DPoP proof. Programs; a page signs with WebCrypto (`countersign/client`).
 *
 * @throws {RangeError} The URI is no absolute http(s) one.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.2}
 */
export function createDpopProof(key: SigningKey, { method, uri, id, issuedAt, accessToken, nonce }: DpopFacts): string {
  const htu = normalizedHttpUri(uri)
  if (htu === undefined) throw new RangeError('a DPoP proof needs an absolute http(s) URI')
  const { kid, use, alg, ...jwk } = key.publicJwk
  const claims = {
    jti: id,
    htm: method,
    htu,
    iat: issuedAt,
    ...(accessToken === undefined ? {} : { ath: sha256Base64url(accessToken) }),
    ...(nonce === undefined ? {} : { nonce }),
  }
  const input = `${segment({ typ: DPOP_PROOF_TYPE, alg: key.algorithm, jwk })}.${segment(claims)}`
  return `${input}.${jwsAlgorithms[key.algorithm].sign(key.privateKey, input)}`
}

const segment = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))

function keyOf({ jwk }: DpopHeader): VerificationKey {
  try {
    return verificationKey(jwk)
  } catch (cause) {
    throw refusedKey(cause)
  }
}

function claimsOf(payload: string): Record<string, unknown> {
  try {
    return parseBase64urlJsonObject(payload)
  } catch (cause) {
    throw proofInvalid('payload', cause)
  }
}

function requireClaims(claims: Readonly<Record<string, unknown>>, header: DpopHeader, expect: DpopExpectation): DpopProof {
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (typeof jti !== 'string' || !idForm.test(jti)) throw proofInvalid('jti')
  if (htm !== expect.method) throw proofInvalid('htm')
  requireUri(htu, expect.uri)
  if (expect.accessToken !== undefined && !isText(ath, sha256Base64url(expect.accessToken))) throw proofInvalid('ath')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw proofInvalid('iat')
  requireNonce(nonce, expect)
  return { keyThumbprint: header.thumbprint, jwk: header.jwk, id: jti, issuedAt: iat, notAfter: requireAge(iat, expect) }
}

function requireUri(htu: unknown, uri: string): void {
  if (typeof htu !== 'string' || htu.length > MAX_URI_LENGTH) throw proofInvalid('htu')
  if (htu === uri) return
  const said = normalizedHttpUri(htu)
  if (said === undefined || said !== normalizedHttpUri(uri)) throw proofInvalid('htu')
}

function requireNonce(nonce: unknown, { isNonce }: DpopExpectation): void {
  if (isNonce === undefined) return
  if (nonce === undefined) throw new DpopError('proof_nonce_required', { reason: 'nonce_missing' })
  if (typeof nonce !== 'string' || !nonceForm.test(nonce) || !isNonce(nonce)) {
    throw new DpopError('proof_nonce_required', { reason: 'nonce_not_ours_or_old' })
  }
}

/** @returns until when a proof of this time is accepted. */
function requireAge(iat: EpochSeconds, expect: DpopExpectation): EpochSeconds {
  const { now, maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS, clockToleranceSeconds = DEFAULT_CLOCK_TOLERANCE_SECONDS } = expect
  const notAfter = iat + maxAgeSeconds + clockToleranceSeconds
  if (now > notAfter) throw new DpopError('request_expired', { reason: 'proof_too_old', ageSeconds: now - iat, serverTime: now })
  if (iat > now + clockToleranceSeconds) {
    throw new DpopError('request_expired', { reason: 'proof_from_the_future', aheadSeconds: iat - now, serverTime: now })
  }
  return notAfter
}

const isText = (value: unknown, expected: string): boolean => typeof value === 'string' && equalText(value, expected)
