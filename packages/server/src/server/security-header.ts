/** Sent with every answer. The API serves no page, so nothing may be loaded, framed, sniffed or kept. */
export const apiHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
})

/** RFC 6797: two years, only ever sent over HTTPS. */
export const strictTransport = 'max-age=63072000; includeSubDomains'

const overTls: Readonly<Record<string, string>> = Object.freeze({ ...apiHeaders, 'strict-transport-security': strictTransport })

/** For who puts an answer together at once. */
export const securityHeaders = (https: boolean): Readonly<Record<string, string>> => (https ? overTls : apiHeaders)

/** Fills in what the route did not decide itself. */
export function addSecurityHeaders(headers: Headers, https: boolean): void {
  for (const [name, value] of Object.entries(apiHeaders)) {
    if (!headers.has(name)) headers.set(name, value)
  }
  if (https) headers.set('strict-transport-security', strictTransport)
}
