import { isLoopback } from '../core/index.ts'
import type { SigningCredential } from '../client/signing-credential.ts'
import { unsafeAllowHttp } from '../verifier/index.ts'

/**
 * What speaks for the user at an upstream. `token`: the access token of the session. `signature`: the request is signed (RFC 9421) with a temporary
 * access key of the session, so that nothing which somebody copies is good again. `none`: nothing. A credential: the request is signed with that key, for
 * the backend itself.
 */
export type UpstreamCredential = 'token' | 'signature' | 'none' | SigningCredential

/** A service that pages may call through the backend. */
export interface UpstreamOptions {
  /** The path under which pages find it, such as `/api`. */
  readonly prefix: string
  /** Where it is: an origin, and a path where it has one (`https://orders.internal/v1`). What comes after the prefix is appended. */
  readonly target: string
  /** Default `token`. */
  readonly credential?: UpstreamCredential
  /** Methods that may be asked for. Default: all but CONNECT and TRACE. */
  readonly methods?: readonly string[]
  /** The largest body of a request. Default 10 MiB; 1 MiB where requests are signed, since those are held in memory. */
  readonly bodyLimitBytes?: number
  /** How long nothing may come or go before the upstream is given up. Default 60. */
  readonly timeoutSeconds?: number
  /** Whether pages may open WebSockets to it. Default no. */
  readonly webSocket?: boolean
}

/** An upstream, checked. */
export interface Upstream {
  /** Ends with a slash. */
  readonly prefix: string
  readonly secure: boolean
  readonly hostname: string
  readonly port: string
  /** As in `Host`. */
  readonly authority: string
  /** Before what comes after the prefix; ends with a slash. */
  readonly base: string
  readonly credential: UpstreamCredential
  readonly methods: ReadonlySet<string> | undefined
  readonly bodyLimitBytes: number
  readonly timeoutMs: number
  readonly webSocket: boolean
}

const MIB = 2 ** 20
const DEFAULT_TIMEOUT_SECONDS = 60
const plainPath = /^(?:\/[A-Za-z0-9._~-]+)+\/?$/

/** @throws {RangeError} for what is no such place, and for one that is not reached over TLS. */
export function parseUpstream(options: UpstreamOptions, allowHttp: boolean): Upstream {
  const { prefix, credential = 'token', methods, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, webSocket = false } = options
  if (!plainPath.test(prefix) || /\/\.{1,2}(?:\/|$)/.test(prefix))
    throw new RangeError(`the prefix ${prefix} is no plain path such as /api`)
  const url = secureUrl('an upstream', options.target, allowHttp)
  if (url.search !== '' || url.hash !== '' || url.username !== '')
    throw new RangeError(`the upstream of ${prefix} is an origin and a path, nothing more`)
  const { bodyLimitBytes = isSigned(credential) ? MIB : 10 * MIB } = options
  if (!(bodyLimitBytes >= 0) || !(timeoutSeconds > 0)) throw new RangeError(`the limits of ${prefix} are numbers above 0`)
  return Object.freeze({
    prefix: withSlash(prefix),
    secure: url.protocol === 'https:',
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    authority: url.host,
    base: withSlash(url.pathname),
    credential,
    methods: methods === undefined ? undefined : new Set(methods),
    bodyLimitBytes,
    timeoutMs: timeoutSeconds * 1000,
    webSocket,
  })
}

/** Whether requests carry a signature in place of a token. */
export const isSigned = (credential: UpstreamCredential): boolean => credential === 'signature' || typeof credential === 'object'

/** @throws {RangeError} */
export function secureUrl(what: string, text: string, allowHttp: boolean): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new RangeError(`${what} is an http or https URL`)
  const isLocal = url.hostname === 'localhost' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
  if (url.protocol === 'http:' && !isLocal && !allowHttp) {
    throw new RangeError(`${what} is reached over https (http: only on this machine, or with [${unsafeAllowHttp.description}]: true)`)
  }
  return url
}

const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`)
