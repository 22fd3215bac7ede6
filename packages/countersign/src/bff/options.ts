import { type AddressList, addressList, type Platform, systemPlatform } from '../core/index.ts'
import { type CookieAttributes, createCsrfTokens, createEncryptedCookies, type CsrfTokens } from '../cookie/index.ts'
import { unsafeAllowHttp } from '../verifier/index.ts'
import type { BackendSession } from './backend-session.ts'
import { IssuerApi } from './issuer-api.ts'
import { SessionCookie } from './session-cookie.ts'
import type { BackendSessionStore } from './session-store.ts'
import { parseUpstream, secureUrl, type Upstream, type UpstreamOptions } from './upstream.ts'

export interface BffOptions {
  /** The issuer's URL, where people sign in. */
  readonly issuer: string
  /** Seal cookies and make CSRF tokens: the first makes, all open. At least 32 bytes each, the same in all processes. */
  readonly keys: readonly Uint8Array[]
  readonly upstreams: readonly UpstreamOptions[]
  /** The origin that browsers see (`https://app.example`). Default: what `Host` says. */
  readonly origin?: string
  /** Other origins whose pages may call, exactly as browsers write them. */
  readonly origins?: readonly string[]
  /** Under which path the handler's own addresses are. Default `/bff`. */
  readonly path?: string
  /** Default `__Host-bff`, which needs https, or a browser on this machine. */
  readonly cookieName?: string
  /** Default `strict`: the cookie never comes with what another site has started. */
  readonly sameSite?: 'strict' | 'lax'
  /** Keeps sessions, and cookies become handles. Default: the session stands in its cookie, sealed. */
  readonly store?: BackendSessionStore
  /** Proxies before this process, whose `X-Forwarded-For` is believed: addresses and subnets. */
  readonly trustedProxies?: readonly string[]
  /** What pages are told of a session, beside `user` and times. Nothing confidential belongs there. */
  readonly claims?: (session: Pick<BackendSession, 'id' | 'user' | 'methods'>) => Readonly<Record<string, unknown>>
  readonly platform?: Platform
  /** Issuer and upstreams may be reached without TLS: only where nobody else is on the wire. */
  readonly [unsafeAllowHttp]?: true
}

/** Options, checked, and what follows from them. */
export interface BffSettings {
  readonly platform: Platform
  readonly issuer: IssuerApi
  readonly upstreams: readonly Upstream[]
  readonly own: { readonly session: string; readonly signIn: string; readonly signOut: string }
  readonly cookie: SessionCookie
  /** Tells a browser that has signed in before. */
  readonly deviceCookie: { readonly name: string; readonly attributes: CookieAttributes }
  readonly csrf: CsrfTokens
  readonly origin: string | undefined
  /** Of `origin`. */
  readonly place: { readonly protocol: string; readonly host: string } | undefined
  readonly origins: readonly string[]
  readonly proxies: AddressList
  readonly claims: NonNullable<BffOptions['claims']>
}

const ownPath = /^(?:\/[A-Za-z0-9._-]+)+$/

/** @throws {RangeError | TypeError} naming the first mistake. */
export function parseBffOptions(options: BffOptions): BffSettings {
  const { keys, path = '/bff', cookieName = '__Host-bff', sameSite = 'strict', store, platform = systemPlatform } = options
  const { origin, origins = [], trustedProxies = [], claims = () => ({}) } = options
  const allowHttp = options[unsafeAllowHttp] === true
  if (!ownPath.test(path)) throw new RangeError(`the path ${path} is no plain path such as /bff`)
  for (const each of [...origins, ...(origin === undefined ? [] : [origin])]) {
    if (URL.parse(each)?.origin !== each || each.includes('*'))
      throw new RangeError(`${each} is no origin as browsers write it, such as https://app.example`)
  }
  const upstreams = options.upstreams.map((each) => parseUpstream(each, allowHttp)).sort((a, b) => b.prefix.length - a.prefix.length)
  requireDistinct([...upstreams.map(({ prefix }) => prefix), `${path}/`])
  const secure = cookieName.startsWith('__')
  const { clock, random } = platform
  const codec = createEncryptedCookies({ keys, clock, random })
  const attributes: CookieAttributes = { secure, sameSite }
  return Object.freeze({
    platform,
    issuer: new IssuerApi(secureUrl('the issuer', options.issuer, allowHttp).href, platform),
    upstreams,
    own: { session: `${path}/session`, signIn: `${path}/sign-in`, signOut: `${path}/sign-out` },
    cookie: new SessionCookie({ name: cookieName, attributes, codec, store, clock, random }),
    deviceCookie: { name: `${cookieName}-device`, attributes },
    csrf: createCsrfTokens({ keys, random }),
    origin,
    place: origin === undefined ? undefined : new URL(origin),
    origins,
    proxies: addressList(trustedProxies),
    claims,
  })
}

function requireDistinct(prefixes: readonly string[]): void {
  const twice = prefixes.find((prefix, index) => prefixes.indexOf(prefix) !== index)
  if (twice !== undefined) throw new RangeError(`two things stand under ${twice}`)
}
