import { AuthError } from '../core/index.ts'
import { type AnyHmacAlgorithm, anyHmac, equalText } from '../crypto/index.ts'
import type { OpenedCookie } from './cookie-codec.ts'
import { MAX_COOKIE_BYTES } from './set-cookie.ts'

/** @deprecated Dangerous: takes signatures that were made with SHA-1, as keygrip does unless it is told otherwise. For the time of a migration. */
export const unsafeSha1: unique symbol = Symbol('unsafeSha1')

type Secret = string | Uint8Array

export interface KeygripOptions {
  /** As keygrip had them: the newest first. */
  readonly keys: readonly Secret[]
  readonly algorithm: AnyHmacAlgorithm
  /** Default `base64`, in keygrip's own spelling, which is that of base64url. */
  readonly encoding?: 'base64' | 'hex'
  readonly [unsafeSha1]?: true
}

/**
 * The value of a cookie that npm's `cookie-signature` has signed: `value.signature`. Does not know when it was made, nor for which cookie: the
 * signature covers neither. Read it once, and write it anew.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid`.
 * @throws {RangeError} No secret.
 */
export function readCookieSignature(text: string, secrets: readonly Secret[]): OpenedCookie {
  requireSecrets(secrets)
  const dot = text.lastIndexOf('.')
  if (dot < 0 || text.length > MAX_COOKIE_BYTES) throw new AuthError('credential_malformed', { reason: 'cookie' })
  const value = text.slice(0, dot)
  return { value, isNewest: signerOf(secrets, text.slice(dot + 1), (secret) => base64(anyHmac('sha256', secret, value))) === 0 }
}

/**
 * The same as Express sends it (`res.cookie(…, { signed: true })`, express-session): percent-encoded, after `s:`.
 *
 * @throws {AuthError} `credential_malformed`, `token_invalid`.
 */
export function readExpressCookie(text: string, secrets: readonly Secret[]): OpenedCookie {
  const decoded = text.length > MAX_COOKIE_BYTES ? undefined : decodedOf(text)
  if (decoded?.startsWith('s:') !== true) throw new AuthError('credential_malformed', { reason: 'cookie' })
  return readCookieSignature(decoded.slice('s:'.length), secrets)
}

/**
 * Checks a signature of npm's `keygrip`. The package `cookies` (Koa) keeps it in a cookie of its own, `<name>.sig`, and signs `name=value`.
 *
 * @throws {AuthError} `token_invalid`.
 * @throws {TypeError} SHA-1 without `[unsafeSha1]: true`.
 * @throws {RangeError} No key.
 */
export function readKeygrip(data: string, signature: string, options: KeygripOptions): OpenedCookie {
  const { keys, algorithm, encoding = 'base64' } = options
  requireSecrets(keys)
  if (algorithm === 'sha1' && options[unsafeSha1] !== true) throw new TypeError('SHA-1 is only taken with [unsafeSha1]: true')
  const index = signerOf(keys, signature, (key) => {
    const mac = anyHmac(algorithm, key, data)
    return encoding === 'hex' ? Buffer.from(mac).toString('hex') : Buffer.from(mac).toString('base64url')
  })
  return { value: data, isNewest: index === 0 }
}

/** As `readKeygrip`, for a cookie of Koa and its `<name>.sig`. @returns the value of the cookie. */
export function readKoaCookie(
  cookie: { readonly name: string; readonly value: string; readonly signature: string },
  options: KeygripOptions,
): OpenedCookie {
  const { isNewest } = readKeygrip(`${cookie.name}=${cookie.value}`, cookie.signature, options)
  return { value: cookie.value, isNewest }
}

function requireSecrets(secrets: readonly Secret[]): void {
  // An empty secret is one that was not set.
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0)) throw new RangeError('signed cookies need their secrets')
}

/** @throws {AuthError} `token_invalid`: none of them. */
function signerOf(secrets: readonly Secret[], signature: string, sign: (secret: Secret) => string): number {
  const index = secrets.findIndex((secret) => equalText(sign(secret), signature))
  if (index < 0) throw new AuthError('token_invalid', { reason: 'cookie_signature' })
  return index
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

function decodedOf(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
