/**
 * The policy of one page: nothing but what bears this answer's nonce is loaded, and nothing foreign at all. A form may end at the origins that
 * it may lead back to, since browsers hold redirects against `form-action` too.
 */
export function pagePolicy({ nonce, formsTo, hasScript }: Omit<PageHeaders, 'locale'>): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src 'self'",
    ...(hasScript ? ["connect-src 'self'"] : []),
    `form-action ${formsTo.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** Of the console: its files, under names that tell their content, and our own API. */
const consolePolicy: string = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** The console's are those of every page but for the policy. */
export function setConsoleHeaders(headers: Headers): void {
  headers.set('content-security-policy', consolePolicy)
  headers.set('content-language', 'en')
}

export interface PageHeaders {
  readonly nonce: string
  /** Where its forms may lead, as sources of the policy. */
  readonly formsTo: readonly string[]
  readonly locale: string
  /** It asks us for challenges, and nobody else. */
  readonly hasScript: boolean
}

/** Sets what every page is sent with; the rest comes with the security headers of every answer. */
export function setPageHeaders(headers: Headers, { locale, ...policy }: PageHeaders): void {
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('content-language', locale)
  headers.set('content-security-policy', pagePolicy(policy))
  // To ourselves alone: with none at all browsers say `Origin: null` of our own forms.
  if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'same-origin')
  headers.append('vary', 'Accept-Language, Cookie')
}
