import { parseApiKey } from '../core/api-key.ts'
import { type Platform, systemPlatform } from '../core/platform.ts'

export interface ApiKeyFetchOptions {
  /** Where the key may go: `https://api.example`. Requests to anywhere else are refused before they are sent. */
  readonly origin: string
  /** Default: what the environment variable holds. */
  readonly key?: string
  /** The environment variable. Default `COUNTERSIGN_API_KEY`. */
  readonly variable?: string
  readonly platform?: Pick<Platform, 'fetch'>
}

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A `fetch` that presents an API key, for programs: a page must never hold one. Relative addresses are of the origin. Redirects are not
 * followed, so that the key goes nowhere else.
 *
 * @throws {TypeError} There is no key, or it is mistyped; or the origin is none, or neither `https:` nor this machine. Never repeats the key.
 */
export function apiKeyFetch(options: ApiKeyFetchOptions): typeof globalThis.fetch {
  const { variable = 'COUNTERSIGN_API_KEY', platform = systemPlatform } = options
  const authorization = `Bearer ${requireKey(options.key ?? environmentVariable(variable), variable)}`
  const origin = requireOrigin(options.origin)
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, origin)
    if (url.origin !== origin) throw new TypeError(`the API key is for ${origin}, and not for ${url.origin}`)
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    headers.set('authorization', authorization)
    return platform.fetch(input instanceof Request ? input : url, { ...init, headers, redirect: 'error' })
  }
}

function environmentVariable(name: string): string | undefined {
  // A browser has no process.
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } }
  return process?.env?.[name]
}

function requireKey(given: string | undefined, variable: string): string {
  const key = given?.trim()
  if (key === undefined || key === '') throw new TypeError(`there is no API key: set ${variable}`)
  try {
    parseApiKey(key)
  } catch {
    throw new TypeError(`the API key is mistyped: ${variable} must hold what was shown when it was made, cs_live_… or cs_test_…`)
  }
  return key
}

function requireOrigin(text: string): string {
  const { origin, protocol, hostname } = URL.canParse(text) ? new URL(text) : { origin: '', protocol: '', hostname: '' }
  if (origin !== text) throw new TypeError('origin must be an origin like https://api.example')
  if (protocol !== 'https:' && !(protocol === 'http:' && loopbackHosts.has(hostname)))
    throw new TypeError('an API key is only sent over https:')
  return origin
}
