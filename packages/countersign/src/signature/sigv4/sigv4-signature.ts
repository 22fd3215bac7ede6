import type { EpochSeconds } from '../../core/platform.ts'
import { AuthError } from '../../core/refusal.ts'
import { digestText, equalText, type HmacKey } from '../../crypto/index.ts'
import type { BodyBinding, TimedRequestSignature } from '../request-signature.ts'
import type { SignatureKey } from '../signature-key.ts'
import type { ClaimedSignature } from './claimed.ts'
import { EMPTY_SHA256, type Payload, UNSIGNED_PAYLOAD } from './payload.ts'
import type { CredentialScope } from './scope.ts'

/** A SigV4 signature as it was read. Its key is the derived one of exactly `scope`. */
export interface SigV4Signature extends TimedRequestSignature {
  readonly form: 'sigv4' | 'sigv4-presigned'
  readonly scope: CredentialScope
}

/** Everything of a canonical request but the body's digest. */
export interface CanonicalParts {
  readonly method: string
  /** Path and query lines, one text for each form that signers may have used. */
  readonly targets: readonly string[]
  readonly headers: string
}

export interface SignatureFacts {
  readonly form: 'sigv4' | 'sigv4-presigned'
  readonly claimed: ClaimedSignature
  readonly timestamp: string
  readonly signedAt: EpochSeconds
  readonly expiresAt: EpochSeconds | undefined
  readonly payload: Payload
  /** Whether a payload that is not announced may have been left open: presigned URLs of S3 clients. */
  readonly mayBeUnsigned: boolean
  readonly sessionToken: string | undefined
  readonly canonical: CanonicalParts
}

export function sigV4Signature(facts: SignatureFacts): SigV4Signature {
  return new ReadSignature(facts)
}

/** A class: an object with a getter and a closure of its own for every request would cost more. */
class ReadSignature implements SigV4Signature {
  readonly form: 'sigv4' | 'sigv4-presigned'
  readonly keyId: string
  readonly scope: CredentialScope
  readonly signedAt: EpochSeconds
  readonly expiresAt: EpochSeconds | undefined
  readonly nonce: string
  readonly body: BodyBinding
  declare readonly sessionToken?: string
  readonly #facts: SignatureFacts

  constructor(facts: SignatureFacts) {
    const { claimed } = facts
    this.form = facts.form
    this.keyId = claimed.keyId
    this.scope = claimed.scope
    this.signedAt = facts.signedAt
    this.expiresAt = facts.expiresAt
    this.nonce = claimed.signature
    this.body = facts.payload.binding
    if (facts.sessionToken !== undefined) this.sessionToken = facts.sessionToken
    this.#facts = facts
  }

  get covered(): readonly string[] {
    return this.#facts.claimed.signedHeaders.split(';')
  }

  check(key: SignatureKey, bodySha256?: string): boolean {
    return isSignedBy(this.#facts, key, bodySha256)
  }
}

/** @throws {AuthError} `digest_mismatch`: the signature fits, but was made for an empty body. */
function isSignedBy(facts: SignatureFacts, key: SignatureKey, bodySha256: string | undefined): boolean {
  const line = facts.payload.line ?? bodySha256
  if (key.kind !== 'secret' || line === undefined) return false
  if (fits(facts, key.key, line)) return true
  if (facts.payload.line !== undefined) return false
  if ((facts.mayBeUnsigned || line === EMPTY_SHA256) && facts.form === 'sigv4-presigned') return fits(facts, key.key, UNSIGNED_PAYLOAD)
  if (line !== EMPTY_SHA256 && fits(facts, key.key, EMPTY_SHA256)) throw new AuthError('digest_mismatch', emptyBodySigned(facts))
  return false
}

function emptyBodySigned({ claimed }: SignatureFacts): Record<string, string> {
  // What curl does with -T and -F.
  return {
    reason: 'empty_body_signed',
    key: claimed.keyId,
    hint: `send ${claimed.scope.provider.headers.digest} with the digest of the body`,
  }
}

function fits({ claimed, timestamp, canonical }: SignatureFacts, key: HmacKey, payloadLine: string): boolean {
  const { method, targets, headers } = canonical
  const { scope, scopeText, signedHeaders, signature } = claimed
  const start = `${scope.provider.algorithm}\n${timestamp}\n${scopeText}\n`
  for (const target of targets) {
    const request = `${method}\n${target}\n${headers}\n${signedHeaders}\n${payloadLine}`
    if (equalText(key.text(start + digestText('sha-256', request, 'hex'), 'hex'), signature)) return true
  }
  return false
}
