import { type Clock, systemClock, toEpochSeconds } from '../core/index.ts'
import { fieldValues, type RequestMessage, type ResponseSigner } from '../signature/index.ts'
import type { ArrivedRequest } from '../verifier/index.ts'
import { arrivalOf } from './hono-arrival.ts'
import { IncomingArrival } from './incoming-arrival.ts'
import type { IncomingRequest } from './incoming.ts'

export interface SignedAnswerOptions {
  readonly signer: ResponseSigner
  /** The origin that clients use (`https://api.example`), where a proxy stands before this service. Default: what `Host` and the connection say. */
  readonly origin?: string
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** The part of Node's `ServerResponse` that this needs. */
export interface AnswerInMaking {
  readonly statusCode: number
  getHeaders(): Readonly<Record<string, number | string | readonly string[] | undefined>>
  setHeader(name: string, value: string): unknown
  end(body: string | Uint8Array): unknown
}

/**
 * Sends the body of an answer, signed as `ResponseSigner` says. Status and headers are set before; nothing may change either afterwards, nor
 * compress the body.
 *
 * @throws {RangeError} A covered field cannot be signed as it is, or the request has no host.
 */
export function sendSigned(
  request: IncomingRequest,
  response: AnswerInMaking,
  body: string | Uint8Array,
  options: SignedAnswerOptions,
): void {
  const lines = Object.entries(response.getHeaders()).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((each) => [name, String(each)]),
  )
  const fields = signatureOf(new IncomingArrival(request), response.statusCode, fieldValues(lines), body, options)
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
  response.end(body)
}

/**
 * The same response, signed as `ResponseSigner` says; its body is read into memory. For Hono, and whatever else answers with a `Response`.
 *
 * @param bindings Hono's `c.env`, which knows the request line as it arrived.
 * @throws {RangeError} A covered field cannot be signed as it is.
 */
export async function signedResponse(
  request: Request,
  response: Response,
  options: SignedAnswerOptions,
  bindings?: unknown,
): Promise<Response> {
  const { status, statusText, headers } = response
  const body = new Uint8Array(await response.arrayBuffer())
  const values = fieldValues([...headers].flat())
  const fields = signatureOf(arrivalOf(request, bindings), status, values, body, options)
  const signed = new Headers(headers)
  for (const [name, value] of Object.entries(fields)) signed.set(name, value)
  return new Response(body.length === 0 ? null : body, { status, statusText, headers: signed })
}

function signatureOf(
  arrival: ArrivedRequest,
  status: number,
  values: RequestMessage['values'],
  body: string | Uint8Array,
  { signer, origin, clock = systemClock }: SignedAnswerOptions,
): ReturnType<ResponseSigner['sign']> {
  const request = messageOf(arrival, origin)
  return signer.sign({ status, values, request }, body, toEpochSeconds(clock.now()))
}

function messageOf(arrival: ArrivedRequest, origin: string | undefined): RequestMessage {
  const place = origin === undefined ? undefined : new URL(origin)
  const isEncrypted = place === undefined ? arrival.encrypted : place.protocol === 'https:'
  return {
    method: arrival.method,
    target: arrival.target,
    scheme: isEncrypted ? 'https' : 'http',
    authority: place?.host ?? (arrival.values(':authority') ?? arrival.values('host'))?.[0] ?? '',
    values: (name) => arrival.values(name),
    names: () => arrival.names(),
  }
}
