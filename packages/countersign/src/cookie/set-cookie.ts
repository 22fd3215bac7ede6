import { isCookieName, isCookieValue } from './cookie-name.ts'

/** How a browser keeps a cookie, and when it sends it. */
export interface CookieAttributes {
  /** How long it is kept, in seconds. Left out: until the browser ends. */
  readonly maxAgeSeconds?: number | undefined
  /** Default `/`. */
  readonly path?: string | undefined
  /** Sends it to this domain and all below it. Left out: to the host that has set it, and to no other. */
  readonly domain?: string | undefined
  /** Default true: over https only, and on this machine itself. */
  readonly secure?: boolean | undefined
  /** Default true: no script reads it. */
  readonly httpOnly?: boolean | undefined
  /** Default `lax`. `none` sends it along with requests that other sites make. */
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined
}

/** What browsers take of name and value together (RFC 6265bis section 5.6). */
export const MAX_COOKIE_BYTES = 4096

const sameSites = { strict: 'Strict', lax: 'Lax', none: 'None' } as const
/** RFC 6265 section 4.1.1, path-value, from the root. */
const pathValue = /^\/[\x20-\x3a\x3c-\x7e]*$/
const domainValue = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** A cookie that a browser would drop without a word, because it is too long. */
export class CookieTooLong extends RangeError {
  readonly cookie: string
  readonly length: number

  constructor(cookie: string, length: number) {
    super(`the cookie ${cookie} would have ${length} characters, and browsers take ${MAX_COOKIE_BYTES}`)
    this.name = 'CookieTooLong'
    this.cookie = cookie
    this.length = length
  }
}

/**
 * The value of a `Set-Cookie` header (RFC 6265bis section 4.1). What a browser would silently drop is refused here: a `__Host-` cookie with a
 * domain, `SameSite=None` without `Secure`, a value that is too long.
 *
 * Does not encode the value: it has to be made of the characters that a cookie may have, as base64url is.
 *
 * @throws {CookieTooLong} Name and value have more than 4,096 characters.
 * @throws {TypeError | RangeError} Any other mistake; the message never holds the value.
 */
export function setCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  const { maxAgeSeconds, path = '/', domain, secure = true, httpOnly = true, sameSite = 'lax' } = attributes
  if (!isCookieName(name)) throw new TypeError("the name of a cookie is made of letters, digits and !#$%&'*+.^_`|~-")
  if (!isCookieValue(value)) throw new TypeError(`the value of the cookie ${name} has characters that none may have`)
  if (name.length + value.length > MAX_COOKIE_BYTES) throw new CookieTooLong(name, name.length + value.length)
  if (!pathValue.test(path)) throw new TypeError(`the path of the cookie ${name} is not one`)
  if (domain !== undefined && !domainValue.test(domain)) throw new TypeError(`the domain of the cookie ${name} is not one`)
  if (maxAgeSeconds !== undefined && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    throw new RangeError(`the cookie ${name} is kept for a whole number of seconds`)
  }
  requirePrefixRules(name, { path, domain, secure })
  if (sameSite === 'none' && !secure) throw new TypeError(`the cookie ${name} has SameSite=None, which needs Secure`)
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    `SameSite=${sameSites[sameSite]}`,
  ].join('; ')
}

/** Makes the browser forget the cookie. The attributes have to be those that it was set with. */
export function clearCookie(name: string, attributes: Omit<CookieAttributes, 'maxAgeSeconds'> = {}): string {
  return setCookie(name, '', { ...attributes, maxAgeSeconds: 0 })
}

/** RFC 6265bis section 4.1.3. Browsers take the prefixes in any case. */
function requirePrefixRules(name: string, { path, domain, secure }: Pick<CookieAttributes, 'path' | 'domain' | 'secure'>): void {
  const prefix = /^__(?:host|secure)-/i.exec(name)?.[0].toLowerCase()
  if (prefix === undefined) return
  if (secure !== true) throw new TypeError(`the cookie ${name} needs Secure`)
  if (prefix === '__host-' && (path !== '/' || domain !== undefined)) {
    throw new TypeError(`the cookie ${name} belongs to one host: it has the path / and no domain`)
  }
}
