import { AuthError, decodeBase64urlText, encodeBase64url } from '../core/index.ts'
import { equalText, type HmacKey, hmacKey, hmacSha256Base64url } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'
import { type CookieCodec, type CookieCodecOptions, codecParts, endOf, type OpenedCookie, requireFit } from './cookie-codec.ts'
import { MAX_COOKIE_BYTES } from './set-cookie.ts'

const PURPOSE = 'signed-cookie/1'
/** `<end in milliseconds>.<value as base64url>.<HMAC-SHA256>` */
const form = /^([1-9][0-9]{0,15})\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]{43})$/

/**
 * Cookies that everybody can read and nobody can change: the value, its end, and HMAC-SHA256 of both and the cookie's name.
 *
 * @throws {RangeError} No key, or one with fewer than 32 bytes.
 */
export function createSignedCookies(options: CookieCodecOptions): CookieCodec {
  const { keys, clock } = codecParts(options)
  const macKeys = keys.map((key) => hmacKey(derivePurposeKey(key, PURPOSE)))
  const newest = macKeys[0] as HmacKey // there is one: `codecParts` has looked
  return Object.freeze({
    write(name: string, value: string, { expiresInSeconds }: { readonly expiresInSeconds: number }): string {
      const body = `${endOf(clock, expiresInSeconds)}.${encodeBase64url(new TextEncoder().encode(value))}`
      return requireFit(name, `${body}.${macOf(newest, name, body)}`)
    },
    read(name: string, text: string): OpenedCookie {
      const [, end, encoded, mac] = (text.length > MAX_COOKIE_BYTES ? null : form.exec(text)) ?? []
      if (end === undefined || encoded === undefined || mac === undefined) throw new AuthError('credential_malformed', { reason: 'cookie' })
      const body = `${end}.${encoded}`
      const index = macKeys.findIndex((key) => equalText(macOf(key, name, body), mac))
      if (index < 0) throw new AuthError('token_invalid', { reason: 'cookie_signature', cookie: name })
      if (clock.now() >= Number(end)) throw new AuthError('token_expired', { cookie: name })
      return { value: textOf(encoded), isNewest: index === 0 }
    },
  })
}

/** A line break stands in no name, so that no two pairs share an input. */
const macOf = (key: HmacKey, name: string, body: string): string => hmacSha256Base64url(key, `${name}\n${body}`)

function textOf(encoded: string): string {
  try {
    return decodeBase64urlText(encoded)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'cookie_value' }, { cause })
  }
}
