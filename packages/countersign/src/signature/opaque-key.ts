import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { hkdfSha256 } from '../crypto/index.ts'

const KEY_BYTES = 32

/**
 * The secret of the access key that stands behind a sign-in by OPAQUE (RFC 9807): HKDF-SHA256 of the session key, so that what signs
 * requests is not what the protocol itself has used.
 *
 * @param sessionKey As both sides have computed it: 64 bytes, base64url.
 * @throws {RangeError} as `decodeBase64url`.
 * @returns base64url text; to be used like the secret of any other access key.
 */
export function deriveOpaqueSecret(sessionKey: string): string {
  return encodeBase64url(hkdfSha256(decodeBase64url(sessionKey), 'countersign/opaque-access-key/1', KEY_BYTES))
}
