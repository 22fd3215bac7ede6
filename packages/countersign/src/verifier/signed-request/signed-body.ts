import { AuthError } from '../../core/index.ts'
import { digestText } from '../../crypto/index.ts'
import type { SignedRequest } from './read-signed-request.ts'

/** Of a body that the signature names without saying it: needed before the signature can be checked. */
export async function insideDigest({ arrival, signature }: SignedRequest, limitBytes: number): Promise<string | undefined> {
  return signature.body.kind === 'inside' ? digestText('sha-256', await arrival.body(limitBytes), 'hex') : undefined
}

/**
 * Holds the body that was really received against what was signed.
 *
 * @throws {AuthError} `digest_mismatch`; `signature_incomplete` for a body that the signature leaves open, where the route does not take that;
 * `content_too_large`, `request_invalid`.
 */
export async function requireSignedBody({ arrival, signature }: SignedRequest, mayBeUnsigned: boolean, limitBytes: number): Promise<void> {
  const { body: binding, keyId } = signature
  // What was signed inside has been read and checked with the signature.
  if (binding.kind === 'inside' || (binding.kind === 'unsigned' && mayBeUnsigned)) return
  const body = await arrival.body(limitBytes)
  if (binding.kind === 'digest') {
    if (!binding.matches(body)) throw new AuthError('digest_mismatch', { key: keyId, bytes: body.length })
    return
  }
  if (body.length === 0) return
  if (binding.kind === 'none') throw new AuthError('digest_mismatch', { key: keyId, bytes: body.length, reason: 'signed_without_body' })
  throw new AuthError('signature_incomplete', { key: keyId, missing: 'body' })
}
