/** RFC 3986 section 2.3: what means the same encoded and plain. */
const encodedUnreserved = /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi
const anyEncoded = /%[0-9a-f]{2}/gi

/**
 * The one spelling of an `http(s)` URI without its query and fragment (RFC 9449 section 4.3): the host and the scheme in lower case, no
 * default port, no dot segments, nothing encoded that need not be (RFC 3986 sections 6.2.2 and 6.2.3).
 *
 * @returns undefined for what is no such URI.
 */
export function normalizedHttpUri(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, pathname, username, password } = new URL(text)
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return undefined
  const path = pathname.replace(encodedUnreserved, decodeURIComponent).replace(anyEncoded, (encoded) => encoded.toUpperCase())
  return `${protocol}//${host}${path}`
}
