import { AuthError } from '../core/index.ts'

/** Of one connection only (RFC 9110 section 7.6.1), and what frames a message, which is written anew. */
const ofConnection = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * What the page's browser says and the upstream must not hear: its cookies, credentials that are not ours to pass on, where it comes from
 * (which only proxies may say), and what was for this backend.
 */
const withheld: ReadonlySet<string> = new Set([
  ...ofConnection,
  'host',
  'content-length',
  'expect',
  'http2-settings',
  'cookie',
  'authorization',
  'dpop',
  'signature',
  'signature-input',
  'content-digest',
  'forwarded',
  'via',
  'client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-csrf-token',
  'x-original-url',
  'x-rewrite-url',
  'x-real-ip',
  'origin',
  'referer',
])

/** What an upstream must not decide for the backend's origin: cookies, who may read its answers, how browsers reach it. */
const swallowed: ReadonlySet<string> = new Set([
  ...ofConnection,
  'set-cookie',
  'set-cookie2',
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
  'service-worker-allowed',
  'sourcemap',
  'nel',
  'report-to',
  'reporting-endpoints',
])

/** Schemes for which a browser asks its user, who would type a password into something unknown. */
const prompting = /\b(?:basic|digest|negotiate|ntlm)\b/i

const NOTHING: ReadonlySet<string> = new Set()

/** The names that `Connection` adds to those of this connection. */
function namedByConnection(lines: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | undefined
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index] as string
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = lines[index + 1] as string
    if (value === 'keep-alive' || value === 'close') continue
    named ??= new Set()
    for (const each of value.split(',')) named.add(each.trim().toLowerCase())
  }
  return named ?? NOTHING
}

/** The lines of a request that may go on. A name with an underscore goes nowhere: some servers read it as one with a hyphen. */
export function passedOn(lines: readonly string[]): string[] {
  const named = namedByConnection(lines)
  const passed: string[] = []
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = (lines[index] as string).toLowerCase()
    if (withheld.has(name) || named.has(name) || name.startsWith(':') || name.includes('_')) continue
    if (name.startsWith('x-forwarded-') || name.startsWith('sec-fetch-') || name.startsWith('sec-websocket-')) continue
    passed.push(name, lines[index + 1] as string)
  }
  return passed
}

/**
 * The lines of an answer that may come back. What the upstream says of no cache is taken to be for this one user: with a cookie in place of
 * `Authorization` caches would no longer know (RFC 9111 section 3.5).
 */
export function passedBack(lines: readonly string[]): string[] {
  const named = namedByConnection(lines)
  const passed: string[] = []
  let isCacheSaid = false
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = (lines[index] as string).toLowerCase()
    const value = lines[index + 1] as string
    if (swallowed.has(name) || named.has(name) || name.startsWith('access-control-')) continue
    if (name === 'www-authenticate' && prompting.test(value)) continue
    if (name === 'cache-control') isCacheSaid = true
    passed.push(name, value)
  }
  if (!isCacheSaid) passed.push('cache-control', 'no-store')
  passed.push('vary', 'Cookie', 'x-content-type-options', 'nosniff')
  return passed
}

/** How the body of a request is framed. */
export type Framing = { readonly kind: 'none' } | { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' }

/** The part of Node's `IncomingMessage` that says it. */
export interface FramedRequest {
  readonly httpVersionMajor: number
  readonly method?: string | undefined
  readonly headers: { readonly 'content-length'?: string | undefined; readonly 'transfer-encoding'?: string | undefined }
}

const bodiless: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD'])

/**
 * Read once, from what Node's parser has framed the body by, and written anew: two servers never differ on where a request ends.
 *
 * @throws {AuthError} `request_invalid` for a transfer coding beside `chunked`, and for a length that is none.
 */
export function framingOf({ httpVersionMajor, method, headers }: FramedRequest): Framing {
  const { 'transfer-encoding': coding, 'content-length': length } = headers
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked' || length !== undefined) throw new AuthError('request_invalid', { reason: 'transfer_coding' })
    return { kind: 'chunked' }
  }
  if (length !== undefined) {
    if (!/^\d{1,15}$/.test(length)) throw new AuthError('request_invalid', { reason: 'content_length' })
    return Number(length) === 0 ? { kind: 'none' } : { kind: 'length', length: Number(length) }
  }
  // HTTP/2 need not say that there is a body.
  return httpVersionMajor >= 2 && !bodiless.has(method) ? { kind: 'chunked' } : { kind: 'none' }
}

/** What says so to the upstream. */
export function framingLines(framing: Framing, method: string): readonly string[] {
  if (framing.kind === 'chunked') return ['transfer-encoding', 'chunked']
  if (framing.kind === 'length') return ['content-length', String(framing.length)]
  return /^(?:POST|PUT|PATCH)$/.test(method) ? ['content-length', '0'] : []
}
