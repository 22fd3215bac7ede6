import { encodeBase64url } from '../core/base64url.ts'
import { hkdfSha256 } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'

const KEY_BYTES = 32
const DAY_KEY_ID = /^(.+)\/(\d{8})$/

/**
 * The key that signs RFC 9421 messages (hmac-sha256) on one day, derived from the secret of an access key: whoever verifies holds this
 * one and can sign nothing on any other day. HKDF-SHA256 (RFC 5869); both sides derive it.
 *
 * @param day `20261122`, in UTC.
 * @returns 32 bytes.
 */
export function deriveMessageDayKey(secret: string, day: string): Uint8Array {
  return hkdfSha256(utf8(secret), `countersign/http-message/1/${day}`, KEY_BYTES)
}

/** The `keyid` that names a day's key: `<id>/<day>`. */
export function dayKeyId(id: string, day: string): string {
  return `${id}/${day}`
}

/** Takes a `keyid` apart. @returns `undefined` when it names no day: then it is the id of a key as it is. */
export function parseDayKeyId(keyId: string): { readonly id: string; readonly day: string } | undefined {
  const [, id, day] = DAY_KEY_ID.exec(keyId) ?? []
  return id === undefined || day === undefined ? undefined : { id, day }
}

/** What a Hawk client is given in place of the secret, as Hawk has no day in it: base64url text. */
export function deriveHawkKey(secret: string): string {
  return encodeBase64url(derivePurposeKey(utf8(secret), 'hawk/1'))
}

/** The secret of a client that signs a JWT per request: 32 bytes. */
export function deriveRequestJwtKey(secret: string): Uint8Array {
  return derivePurposeKey(utf8(secret), 'jwt/1')
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
