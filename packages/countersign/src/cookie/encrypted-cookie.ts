import { AuthError, decodeBase64url, decodeUtf8, encodeBase64url, parseJson } from '../core/index.ts'
import { seal, unseal } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'
import { type CookieCodec, type CookieCodecOptions, codecParts, endOf, type OpenedCookie, requireFit } from './cookie-codec.ts'
import { MAX_COOKIE_BYTES } from './set-cookie.ts'

const PURPOSE = 'encrypted-cookie/1'
/** All values that need one more block than others do look alike. */
const BLOCK_BYTES = 32

/**
 * Cookies that nobody else can read or change: AES-256-GCM over the value and its end, bound to the cookie's name. Safe for 2^32 cookies a key.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createEncryptedCookies(options: CookieCodecOptions): CookieCodec {
  const { keys, clock, random } = codecParts(options)
  const sealingKeys = keys.map((key) => derivePurposeKey(key, PURPOSE))
  const newest = sealingKeys[0] as Uint8Array // there is one: `codecParts` has looked
  return Object.freeze({
    write(name: string, value: string, { expiresInSeconds }: { readonly expiresInSeconds: number }): string {
      const text = JSON.stringify([endOf(clock, expiresInSeconds), value])
      return requireFit(name, encodeBase64url(seal(newest, padded(text), contextOf(name), random)))
    },
    read(name: string, text: string): OpenedCookie {
      const sealed = bytesOf(text)
      for (const [index, key] of sealingKeys.entries()) {
        const opened = openedBy(key, sealed, name)
        if (opened === undefined) continue
        const { end, value } = contentOf(opened)
        if (clock.now() >= end) throw new AuthError('token_expired', { cookie: name })
        return { value, isNewest: index === 0 }
      }
      throw new AuthError('token_invalid', { reason: 'cookie_sealed', cookie: name })
    },
  })
}

const contextOf = (name: string): string => `${PURPOSE}\n${name}`

function openedBy(key: Uint8Array, sealed: Uint8Array, name: string): Uint8Array | undefined {
  try {
    return unseal([key], sealed, contextOf(name))
  } catch {
    return undefined
  }
}

function bytesOf(text: string): Uint8Array {
  try {
    if (text.length <= MAX_COOKIE_BYTES) return decodeBase64url(text)
  } catch {
    // Said below, as of what is too long.
  }
  throw new AuthError('credential_malformed', { reason: 'cookie' })
}

/** Of what was made with one of our keys. */
function contentOf(opened: Uint8Array): { readonly end: number; readonly value: string } {
  const parsed = parseJson(decodeUtf8(opened))
  const [end, value]: unknown[] = Array.isArray(parsed) ? parsed : []
  if (typeof end !== 'number' || typeof value !== 'string') throw new AuthError('token_invalid', { reason: 'cookie_value' })
  return { end, value }
}

/** With spaces, which mean nothing behind JSON. */
function padded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const whole = new Uint8Array(Math.ceil(bytes.byteLength / BLOCK_BYTES) * BLOCK_BYTES).fill(0x20)
  whole.set(bytes)
  return whole
}
