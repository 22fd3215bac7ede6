import { type Read, WrongValue } from './config-value.ts'

interface Cluster {
  /** `host:port`, one or more. */
  readonly servers: readonly string[]
  readonly user?: string
  readonly password?: string
}

/** What carries the log beside the HTTP feed, which is always there. */
export type FeedPlace =
  | { readonly kind: 'sse' }
  | { readonly kind: 'postgres' }
  | { readonly kind: 'redis'; readonly url: string; readonly stream: string }
  | ({ readonly kind: 'nats'; readonly stream: string } & Cluster)
  | ({ readonly kind: 'kafka'; readonly stream: string; readonly tls: boolean } & Cluster)

const DEFAULT_STREAM = 'countersign-feed'
const defaultPorts = { nats: 4222, kafka: 9092 } as const
const hint =
  'Use sse, postgres, redis://HOST, rediss://HOST, nats://HOST[,HOST…] or kafka://HOST[,HOST…][?tls=true], each with ?stream=NAME if need be.'
/** No WHATWG URL: a cluster has several hosts. */
const brokerAddress =
  /^(?<scheme>rediss?|nats|kafka):\/\/(?:(?<credentials>[^@/?#]*)@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/
/** What Redis, NATS and Kafka all take for a name. */
const streamName = /^[A-Za-z0-9_-]{1,64}$/
const hostAndPort = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Reads `COUNTERSIGN_FEED`. Never repeats it in a complaint: there may be a password in it. */
export const feedPlace: Read<FeedPlace> = (raw) => {
  const text = typeof raw === 'string' ? raw.trim() : ''
  if (text === 'sse' || text === 'postgres') return Object.freeze({ kind: text })
  const { scheme, credentials, hosts = '', path = '', query = '' } = brokerAddress.exec(text)?.groups ?? {}
  if (scheme === undefined) throw new WrongValue('is no feed that this version can publish', hint)
  const { stream, tls } = readParameters(query, scheme)
  if (scheme === 'redis' || scheme === 'rediss') return Object.freeze({ kind: 'redis', url: redisUrl(text), stream })
  if (path !== '' && path !== '/') throw new WrongValue('has a path, which only a redis:// address has', hint)
  if (scheme === 'kafka') return Object.freeze({ kind: 'kafka', stream, tls, ...clusterOf(hosts, credentials, defaultPorts.kafka) })
  return Object.freeze({ kind: 'nats', stream, ...clusterOf(hosts, credentials, defaultPorts.nats) })
}

/** Without our own parameters, which the driver would stumble over. */
function redisUrl(text: string): string {
  const [address = ''] = text.split('?')
  if (!URL.canParse(address)) throw new WrongValue('is no URL of a Redis', hint)
  return address
}

function readParameters(query: string, scheme: string): { readonly stream: string; readonly tls: boolean } {
  const parameters = new URLSearchParams(query)
  const known = scheme === 'kafka' ? ['stream', 'tls'] : ['stream']
  for (const name of parameters.keys()) if (!known.includes(name)) throw new WrongValue(`has a parameter that is not known`, hint)
  const stream = parameters.get('stream') ?? DEFAULT_STREAM
  if (!streamName.test(stream)) throw new WrongValue('names a stream with characters other than letters, digits, _ and -', hint)
  const tls = parameters.get('tls') ?? 'false'
  if (tls !== 'true' && tls !== 'false') throw new WrongValue('has a tls parameter that is neither true nor false', hint)
  return { stream, tls: tls === 'true' }
}

function clusterOf(hosts: string, credentials: string | undefined, defaultPort: number): Cluster {
  const servers = hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:${defaultPort}`))
  if (!servers.every((server) => hostAndPort.test(server))) throw new WrongValue('names something that is no host', hint)
  if (credentials === undefined || credentials === '') return { servers: Object.freeze(servers) }
  const [user = '', ...rest] = credentials.split(':')
  return { servers: Object.freeze(servers), user: decoded(user), password: decoded(rest.join(':')) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new WrongValue('has a user or password that is not percent-encoded rightly', hint)
  }
}

/** What a verifier may know of a feed: never where the broker is, nor how to get in. */
export interface PublishedFeed {
  readonly type: FeedPlace['kind']
  readonly stream?: string
}

export function publishedFeeds(feed: FeedPlace): readonly PublishedFeed[] {
  const sse: PublishedFeed = { type: 'sse' }
  if (feed.kind === 'sse') return [sse]
  return [sse, feed.kind === 'postgres' ? { type: feed.kind } : { type: feed.kind, stream: feed.stream }]
}
