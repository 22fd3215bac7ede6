import { lookup as systemLookup } from 'node:dns/promises'
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Clock } from 'countersign/core'
import { isPublicAddress } from './outbound-address.ts'

export interface OutboundRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Breaks it off. */
  readonly signal: AbortSignal
}

/** A document that is read. */
export interface OutboundQuestion extends Omit<OutboundRequest, 'body'> {
  /** More of the answer is not read. */
  readonly maxBytes: number
}

export interface OutboundReply {
  readonly status: number
  /** Its beginning. */
  readonly body: string
}

/** Every address that a host name stands for. */
export type Resolve = (host: string) => Promise<readonly string[]>

export interface OutboundOptions {
  readonly clock: Clock
  /** Addresses that may be called although they are not public; these alone may be called without TLS. */
  readonly allows: (address: string) => boolean
  /** Default: as the system resolves. */
  readonly resolve?: Resolve
  /** For the whole exchange. Default 10,000. */
  readonly timeoutMs?: number
  /** Told of each call that is made. Must not throw. */
  readonly watch?: (method: string, url: URL) => OutboundWatch
}

export interface OutboundWatch {
  /** Go with the call. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined: there was no answer. */
  ended(status: number | undefined): void
}

const unwatched = (): OutboundWatch => ({ headers: {}, ended: () => undefined })

export type OutboundProblem = 'url_not_allowed' | 'address_not_allowed' | 'unresolvable' | 'timeout' | 'connection'

/** Why there was no answer. Says nothing of what is behind an address that may not be called. */
export class OutboundError extends Error {
  readonly code: OutboundProblem

  constructor(code: OutboundProblem, options?: ErrorOptions) {
    super(code, options)
    this.name = 'OutboundError'
    this.code = code
  }
}

const DEFAULT_TIMEOUT_MS = 10_000
const MAX_REPLY_BYTES = 16_384
const MAX_URL_LENGTH = 2048

const resolveBySystem: Resolve = async (host) => (await systemLookup(host, { all: true })).map(({ address }) => address)

/**
 * Calls to addresses that somebody else has named (a receiver's endpoint), so that nobody can make this server call what only it can reach. The address
 * is judged at the very look-up whose outcome is connected to, so that no second answer of a name server comes between; redirects are not
 * followed; the answer is read up to a bound (16 KiB of one to a delivery), within a time.
 */
export class Outbound {
  readonly #options: Required<OutboundOptions>
  readonly #http: HttpAgent
  readonly #https: HttpsAgent

  constructor(options: OutboundOptions) {
    this.#options = { resolve: resolveBySystem, timeoutMs: DEFAULT_TIMEOUT_MS, watch: unwatched, ...options }
    const shared = { keepAlive: true, maxFreeSockets: 16, timeout: this.#options.timeoutMs, autoSelectFamily: false }
    this.#http = new HttpAgent({ ...shared, lookup: this.#guarded((address) => this.#mayCall('http:', address)) })
    this.#https = new HttpsAgent({ ...shared, lookup: this.#guarded((address) => this.#mayCall('https:', address)) })
  }

  /**
   * Checks what can be known of a URL before it is called. What a name stands for is judged at each call.
   *
   * @throws {OutboundError} `url_not_allowed`, `address_not_allowed`.
   */
  requireAcceptable(url: string): URL {
    const parsed = url.length > MAX_URL_LENGTH ? null : URL.parse(url)
    const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
    if (parsed === null || !isWeb || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') {
      throw new OutboundError('url_not_allowed')
    }
    // The parser has written decimal, octal and shortened addresses as what they are.
    const host = hostOf(parsed)
    if (isIP(host) !== 0 && !this.#mayCall(parsed.protocol, host)) throw new OutboundError('address_not_allowed')
    return parsed
  }

  /** @throws {OutboundError} when there was no answer. Whatever was answered, a redirect too, is returned. */
  post({ url, headers, body, signal }: OutboundRequest): Promise<OutboundReply> {
    const framed = { ...headers, 'content-length': String(Buffer.byteLength(body)) }
    return this.#send({ method: 'POST', url, headers: framed, body, signal, maxBytes: MAX_REPLY_BYTES })
  }

  /** @throws {OutboundError} as `post`. */
  get(question: OutboundQuestion): Promise<OutboundReply> {
    return this.#send({ ...question, method: 'GET', body: undefined })
  }

  #send({ method, url, headers, body, signal, maxBytes }: Sending): Promise<OutboundReply> {
    const { clock, timeoutMs, watch } = this.#options
    return new Promise((resolve, reject) => {
      const target = this.requireAcceptable(url)
      signal.throwIfAborted()
      const watched = watch(method, target)
      const options = { method, headers: { ...headers, ...watched.headers } }
      const request: ClientRequest =
        target.protocol === 'https:'
          ? httpsRequest(target, { ...options, agent: this.#https })
          : httpRequest(target, { ...options, agent: this.#http })
      const abort = (): void => void request.destroy(new OutboundError('connection'))
      const cancelTimer = clock.after(timeoutMs, () => void request.destroy(new OutboundError('timeout')))
      signal.addEventListener('abort', abort)
      const end = (): void => {
        cancelTimer()
        signal.removeEventListener('abort', abort)
      }
      request.on('error', (cause) => {
        end()
        watched.ended(undefined)
        reject(cause instanceof OutboundError ? cause : new OutboundError('connection', { cause }))
      })
      request.on('response', (response) => {
        void beginningOf(response, maxBytes).then((text) => {
          end()
          watched.ended(response.statusCode)
          resolve({ status: response.statusCode ?? 0, body: text })
        })
      })
      request.end(body)
    })
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #mayCall(protocol: string, address: string): boolean {
    return this.#options.allows(address) || (protocol === 'https:' && isPublicAddress(address))
  }

  /** In place of the system's look-up: one address that may be called of a name that has no other. */
  #guarded(mayCall: (address: string) => boolean): LookupFunction {
    const pick = async (host: string): Promise<string> => {
      const addresses = await this.#options.resolve(host).catch((cause: unknown) => {
        throw new OutboundError('unresolvable', { cause })
      })
      const [first] = addresses
      if (first === undefined) throw new OutboundError('unresolvable')
      // A name that stands for both is a trap.
      if (!addresses.every(mayCall)) throw new OutboundError('address_not_allowed')
      return first
    }
    return (host, { all }, callback) => {
      pick(host).then(
        (address) => (all === true ? callback(null, [{ address, family: isIP(address) }]) : callback(null, address, isIP(address))),
        (error: Error) => callback(error, ''),
      )
    }
  }
}

type Sending = OutboundQuestion & { readonly method: 'GET' | 'POST'; readonly body: string | undefined }

const hostOf = ({ hostname }: URL): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname)

/** The status alone decides where an answer is too long, or breaks off. */
async function beginningOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      // Leaving the loop ends the connection.
      if (length >= maxBytes) break
    }
  } catch {
    // What has come is all there is.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString()
}
