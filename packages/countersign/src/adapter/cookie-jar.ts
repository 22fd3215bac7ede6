import { clearCookie, type CookieAttributes, type CookieCodec, type OpenedCookie, readCookie, setCookie } from '../cookie/index.ts'

/** How the cookies of one codec are set; their life is said with each. */
export type CookieJarAttributes = Omit<CookieAttributes, 'maxAgeSeconds'>

/** Cookies of a codec (`createSignedCookies`, `createEncryptedCookies`) in the requests and answers of a framework. */
export interface CookieJar<Incoming, Outgoing> {
  /**
   * @returns `undefined` when the request has no cookie of this name.
   * @throws {AuthError} `credential_malformed`, `token_invalid`, `token_expired`: it has one, and it is not good.
   */
  read(request: Incoming, name: string): OpenedCookie | undefined
  /** Beside other cookies of the answer, not in their place. @throws {CookieTooLong | TypeError | RangeError} as `setCookie`. */
  set(response: Outgoing, name: string, value: string, options: { readonly expiresInSeconds: number }): void
  clear(response: Outgoing, name: string): void
}

/** How a framework shows the header `Cookie` and adds one more `Set-Cookie`. */
export interface CookieWay<Incoming, Outgoing> {
  header(request: Incoming): string | undefined
  append(response: Outgoing, setCookie: string): void
}

export function jarOf<Incoming, Outgoing>(
  codec: CookieCodec,
  attributes: CookieJarAttributes,
  { header, append }: CookieWay<Incoming, Outgoing>,
): CookieJar<Incoming, Outgoing> {
  return Object.freeze({
    read(request: Incoming, name: string): OpenedCookie | undefined {
      const text = readCookie(header(request), name)
      return text === undefined ? undefined : codec.read(name, text)
    },
    set(response: Outgoing, name: string, value: string, { expiresInSeconds }: { readonly expiresInSeconds: number }): void {
      const text = codec.write(name, value, { expiresInSeconds })
      append(response, setCookie(name, text, { ...attributes, maxAgeSeconds: Math.floor(expiresInSeconds) }))
    },
    clear(response: Outgoing, name: string): void {
      append(response, clearCookie(name, attributes))
    },
  })
}

/** The part of Node's `IncomingMessage` that is read here; the requests of Express have it too. */
export interface CookieRequest {
  readonly headers: { readonly cookie?: string | undefined }
}

/** The part of Node's `ServerResponse` that is written here. */
export interface CookieResponse {
  appendHeader(name: string, value: string): unknown
}

export const nodeCookies: CookieWay<CookieRequest, CookieResponse> = {
  header: ({ headers }) => headers.cookie,
  append: (response, cookie) => void response.appendHeader('set-cookie', cookie),
}

/** Signed or encrypted cookies of `node:http`, and of Express. */
export const cookieJar = (codec: CookieCodec, attributes: CookieJarAttributes = {}): CookieJar<CookieRequest, CookieResponse> =>
  jarOf(codec, attributes, nodeCookies)
