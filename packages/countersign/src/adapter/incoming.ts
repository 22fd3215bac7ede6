import type { ArrivedRequest, PresentedCredentials } from '../verifier/index.ts'
import { IncomingArrival } from './incoming-arrival.ts'

/** The part of Node's `IncomingMessage` that a guard reads; the requests of Express and Fastify have it too. */
export interface IncomingRequest {
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Of Express: `url` before a router took its own path off it. */
  readonly originalUrl?: string | undefined
  readonly socket: object
}

/** A class, so that nothing is made of the request itself for those who do not ask. */
class IncomingCredentials implements PresentedCredentials {
  authorization: string | undefined
  cookie: string | undefined
  readonly method: string | undefined
  secFetchSite: string | undefined
  origin: string | undefined
  host: string | undefined
  csrfToken: string | undefined
  encrypted = false
  readonly #request: IncomingRequest

  constructor(request: IncomingRequest) {
    this.method = request.method
    this.#request = request
  }

  get arrival(): ArrivedRequest {
    return new IncomingArrival(this.#request)
  }
}

/**
 * Reads what a request presents, straight from the raw headers: `headers` would be built for this alone, and drops all but the
 * first of several `Authorization` headers, so that two readers could take two different ones.
 */
export function presentedBy(request: IncomingRequest): PresentedCredentials {
  const { rawHeaders } = request
  let authorization: string | undefined
  let cookie: string | undefined
  let secFetchSite: string | undefined
  let origin: string | undefined
  let host: string | undefined
  let csrfToken: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    // Lengths first: most headers are none of these, and are not worth a lower-case copy.
    switch (name.length) {
      case 13:
        if (isNamed(name, 'Authorization', 'authorization')) authorization = joined(authorization, ', ', rawHeaders[index + 1] as string)
        break
      case 6:
        if (isNamed(name, 'Cookie', 'cookie')) cookie = joined(cookie, '; ', rawHeaders[index + 1] as string)
        else if (isNamed(name, 'Origin', 'origin')) origin = joined(origin, ', ', rawHeaders[index + 1] as string)
        break
      case 14:
        if (isNamed(name, 'Sec-Fetch-Site', 'sec-fetch-site')) secFetchSite = joined(secFetchSite, ', ', rawHeaders[index + 1] as string)
        break
      case 12:
        // So long is `Content-Type`, too.
        if (name[1] === '-' && isNamed(name, 'X-CSRF-Token', 'x-csrf-token'))
          csrfToken = joined(csrfToken, ', ', rawHeaders[index + 1] as string)
        break
      case 4:
        if (isNamed(name, 'Host', 'host')) host = joined(host, ', ', rawHeaders[index + 1] as string)
        break
    }
  }
  const presented = new IncomingCredentials(request)
  presented.authorization = authorization
  presented.cookie = cookie
  presented.secFetchSite = secFetchSite
  presented.origin = origin
  presented.host = host
  presented.csrfToken = csrfToken
  // Only a cookie is ever asked where its request came from.
  presented.encrypted = cookie !== undefined && 'encrypted' in request.socket
  return presented
}

/** The two spellings that clients use first: for them no lower-case copy is made. */
const isNamed = (name: string, usual: string, lowerCase: string): boolean =>
  name === usual || name === lowerCase || name.toLowerCase() === lowerCase

/** Repeated headers become a list (RFC 9110 section 5.3), which for all but cookies is then no valid value any more. */
const joined = (before: string | undefined, separator: string, value: string): string =>
  before === undefined ? value : before + separator + value
