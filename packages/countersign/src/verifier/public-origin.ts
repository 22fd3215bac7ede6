import { type AddressList, addressList, clientAddress, type ForwardingHeader } from '../core/index.ts'
import type { ArrivedRequest } from './credential.ts'

/** How requests reach this process: under which name, and through whom. */
export interface PublicPlace {
  /** The origins that clients use, the usual one first; empty: what each request says. */
  readonly origins: readonly RequestOrigin[]
  /** Whose word about a request's origin and address counts. */
  readonly proxies: AddressList
  readonly header: ForwardingHeader
}

export interface RequestOrigin {
  readonly scheme: 'http' | 'https'
  readonly authority: string
}

export interface PublicPlaceOptions {
  /**
   * The origin that clients use (`https://api.example`), where that is always the same. Of several the one counts that the request's `Host` names, and
   * else the first. Default: what `Host`, the connection, and named proxies say.
   */
  readonly origin?: string | readonly string[]
  /** The addresses and subnets of the proxies in front of this service. What they say about where a request comes from is believed. */
  readonly trustedProxies?: readonly string[]
  /** The header that those proxies write. Default `x-forwarded-for`, with `x-forwarded-proto` and `x-forwarded-host` beside it. */
  readonly forwardingHeader?: ForwardingHeader
}

export function publicPlaceMistakes({ origin, trustedProxies = [], forwardingHeader = 'x-forwarded-for' }: PublicPlaceOptions): string[] {
  const mistakes: string[] = []
  if (origin !== undefined && (origin.length === 0 || originsOf(origin).includes(undefined)))
    mistakes.push('origin must be an origin like https://api.example')
  if (forwardingHeader !== 'x-forwarded-for' && forwardingHeader !== 'forwarded') {
    mistakes.push("forwardingHeader must be 'x-forwarded-for' or 'forwarded'")
  }
  try {
    addressList(trustedProxies)
  } catch (error) {
    mistakes.push(`trustedProxies: ${error instanceof Error ? error.message : 'not a list of addresses'}`)
  }
  return mistakes
}

/** Of options without mistakes. */
export function publicPlace({ origin, trustedProxies = [], forwardingHeader = 'x-forwarded-for' }: PublicPlaceOptions): PublicPlace {
  const origins = Object.freeze(originsOf(origin ?? []).filter((each) => each !== undefined))
  return Object.freeze({ origins, proxies: addressList(trustedProxies), header: forwardingHeader })
}

const originsOf = (origin: string | readonly string[]): readonly (RequestOrigin | undefined)[] =>
  (Array.isArray(origin) ? origin : [origin]).map(parseOrigin)

function parseOrigin(text: string): RequestOrigin | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const { protocol, host, origin } = new URL(text)
  if (origin !== text || (protocol !== 'https:' && protocol !== 'http:')) return undefined
  return Object.freeze({ scheme: protocol === 'https:' ? 'https' : 'http', authority: host })
}

/** What the client believes to have called. @returns `undefined` for a request that does not say, or says it in two ways. */
export function originOf(arrival: ArrivedRequest, place: PublicPlace): RequestOrigin | undefined {
  const [usual, ...others] = place.origins
  if (usual !== undefined && others.length === 0) return usual
  const forwarded = forwardedOrigin(arrival, place)
  const hosts = arrival.values(':authority') ?? arrival.values('host')
  const authority = forwarded?.authority ?? (hosts?.length === 1 ? hosts[0] : undefined)
  if (usual !== undefined) return others.find((other) => other.authority === authority) ?? usual
  if (authority === undefined || authority === '') return undefined
  return { scheme: forwarded?.scheme ?? (arrival.encrypted ? 'https' : 'http'), authority }
}

/** Where the client is. @returns `undefined` where that cannot be known. */
export function addressOf(arrival: ArrivedRequest, { proxies, header }: PublicPlace): string | undefined {
  return clientAddress(arrival.peer, arrival.values(header)?.join(','), proxies, header)
}

function forwardedOrigin(arrival: ArrivedRequest, { proxies, header }: PublicPlace): Partial<RequestOrigin> | undefined {
  if (proxies.size === 0 || arrival.peer === undefined || !proxies.has(arrival.peer)) return undefined
  const scheme = schemeOf(header === 'forwarded' ? lastForwarded(arrival, 'proto') : lastOf(arrival, 'x-forwarded-proto'))
  const authority = header === 'forwarded' ? lastForwarded(arrival, 'host') : lastOf(arrival, 'x-forwarded-host')
  return { ...(scheme === undefined ? {} : { scheme }), ...(authority === undefined ? {} : { authority }) }
}

function schemeOf(text: string | undefined): RequestOrigin['scheme'] | undefined {
  const scheme = text?.toLowerCase()
  return scheme === 'https' || scheme === 'http' ? scheme : undefined
}

/** What the nearest proxy has written; what stands left of it may be anybody's. */
function lastOf(arrival: ArrivedRequest, name: string): string | undefined {
  const last = arrival.values(name)?.join(',').split(',').pop()?.trim()
  return last === '' ? undefined : last
}

/** RFC 7239 section 4, of the last element. */
function lastForwarded(arrival: ArrivedRequest, wanted: string): string | undefined {
  for (const pair of (lastOf(arrival, 'forwarded') ?? '').split(';')) {
    const separator = pair.indexOf('=')
    if (pair.slice(0, separator).trim().toLowerCase() !== wanted) continue
    const value = pair.slice(separator + 1).trim()
    return value.startsWith('"') && value.endsWith('"') && value.length > 2 ? value.slice(1, -1) : value
  }
  return undefined
}
