import type { Platform } from '../core/index.ts'
import { troubleOfStatus } from './feed-trouble.ts'

export interface BoundedRequest {
  readonly platform: Platform
  readonly accept: string
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Sent as a Bearer credential. */
  readonly credential?: string
  /** The value of `Authorization`, where that is not a Bearer credential. */
  readonly authorization?: string
  /** Sent as a form with POST; without one, and without `json`, the request is a GET. */
  readonly form?: URLSearchParams
  /** Sent as JSON with POST. */
  readonly json?: Readonly<Record<string, unknown>>
}

/**
 * Asks the issuer. Follows no redirect: its address is configured, and nothing else may answer in its place, nor see the
 * credential.
 *
 * @throws {FeedTrouble} The answer is not 200.
 */
export async function openResponse(url: string, request: Omit<BoundedRequest, 'maxBytes'>): Promise<Response> {
  const { platform, signal } = request
  const { body, ...headers } = contentOf(request)
  const init = body === undefined ? {} : { method: 'POST', body }
  const response = await platform.fetch(url, { ...init, headers, redirect: 'error', signal })
  if (response.status === 200) return response
  await response.body?.cancel()
  throw troubleOfStatus(response.status, response.headers.get('retry-after'))
}

function contentOf({ accept, credential, authorization, form, json }: Omit<BoundedRequest, 'maxBytes'>) {
  const presented = authorization ?? (credential === undefined ? undefined : `Bearer ${credential}`)
  return {
    body: json === undefined ? form : JSON.stringify(json),
    accept,
    ...(presented === undefined ? {} : { authorization: presented }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  }
}

/** The whole body, unless it is too long: what is longer is not read to its end. @throws {RangeError} Too long. */
export async function fetchBounded(url: string, request: BoundedRequest): Promise<Uint8Array> {
  const response = await openResponse(url, request)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > request.maxBytes) throw new RangeError(`the answer is longer than ${request.maxBytes} bytes`)
    chunks.push(chunk)
  }
  return concatenate(chunks, length)
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
