import { AuthError } from '../core/index.ts'
import { fieldValues } from '../signature/index.ts'
import type { IncomingRequest } from './incoming.ts'

/** The part of a readable stream that is needed to look into it and put everything back. */
interface BodyStream {
  /** All of the message has come. */
  readonly complete: boolean
  /** Of HTTP/2: what the request reads from. There `complete` waits for somebody to have read everything, and what broke off ends too. */
  readonly stream?: { readonly readableEnded: boolean; readonly closed: boolean }
  readonly readableLength: number
  readonly readableDidRead: boolean
  read(): Uint8Array | null
  unshift(chunk: Uint8Array): void
  on(event: 'readable' | 'error' | 'close', listener: () => void): unknown
  off(event: 'readable' | 'error' | 'close', listener: () => void): unknown
}

const NOTHING = new Uint8Array(0)
const UNKNOWN = Number.POSITIVE_INFINITY

/** What was read for a guard, for the next guard of the same request. */
const seen = new WeakMap<IncomingRequest, Promise<Uint8Array>>()

/**
 * Reads the body and puts it back into the stream, so that a body parser behind the guard finds it as if nobody had looked.
 *
 * @throws {AuthError} `content_too_large`, `request_invalid`.
 * @throws {Error} A body parser was there first.
 */
export function bodyOf(request: IncomingRequest, limitBytes: number): Promise<Uint8Array> {
  const known = seen.get(request)
  if (known !== undefined) return known.then((body) => requireSize(body, limitBytes))
  const length = announcedLength(request)
  if (length === 0) return Promise.resolve(NOTHING)
  if (length > limitBytes && length !== UNKNOWN) return Promise.reject(tooLarge())
  if (!isBodyStream(request)) return Promise.reject(new Error('the request has a body that cannot be read'))
  if (request.readableDidRead) return givenBytes(request, limitBytes)
  const body = readAndPutBack(request, length, limitBytes)
  seen.set(request, body)
  return body
}

/** Infinity: a body of unknown length, as HTTP/2 may have one without saying so. */
function announcedLength({ rawHeaders }: IncomingRequest): number {
  const values = fieldValues(rawHeaders)
  const length = values('content-length')
  if (values('transfer-encoding') !== undefined || (length === undefined && rawHeaders[0]?.startsWith(':') === true)) return UNKNOWN
  return length === undefined ? 0 : Number(length[0])
}

/** Platforms that read the body before anybody else does leave its bytes here. */
function givenBytes(request: IncomingRequest, limitBytes: number): Promise<Uint8Array> {
  const { rawBody } = request as { readonly rawBody?: unknown }
  if (rawBody instanceof Uint8Array) return Promise.resolve(rawBody).then((body) => requireSize(body, limitBytes))
  const advice =
    'mount the guard before the body parser (Express: before express.json(); Fastify: as onRequest, not as preHandler): ' +
    'a signature speaks for the bytes, and those are gone once they were parsed'
  return Promise.reject(new Error(`the body of a signed request was read before its guard: ${advice}`))
}

function readAndPutBack(stream: BodyStream, announced: number, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const settle = (): void => {
      stream.off('readable', take)
      stream.off('error', fail)
      stream.off('close', fail)
    }
    const fail = (): void => {
      settle()
      reject(new AuthError('request_invalid', { reason: 'broken_off' }))
    }
    const take = (): void => {
      // To read the last byte and then once more would end the stream. So never once more: what was taken goes back first.
      while (stream.readableLength > 0) {
        const chunk = stream.read()
        if (chunk === null) break
        length += chunk.length
        chunks.push(chunk)
        if (length > limitBytes) {
          settle()
          reject(tooLarge())
          return
        }
      }
      if (length !== announced && !hasCome(stream)) return
      settle()
      const body = joined(chunks, length)
      if (length > 0) stream.unshift(body)
      resolve(body)
    }
    stream.on('readable', take)
    stream.on('error', fail)
    stream.on('close', fail)
  })
}

const hasCome = ({ stream, complete }: BodyStream): boolean => (stream === undefined ? complete : stream.readableEnded && !stream.closed)

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const body = Buffer.allocUnsafe(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}

function requireSize(body: Uint8Array, limitBytes: number): Uint8Array {
  if (body.length > limitBytes) throw tooLarge()
  return body
}

function isBodyStream(request: object): request is BodyStream {
  return 'readableDidRead' in request && 'unshift' in request && 'complete' in request
}

const tooLarge = (): AuthError => new AuthError('content_too_large')
