import { AuthError, decodeUtf8, parseJsonBytes } from 'countersign/core'
import { InvalidRequest } from './field-error.ts'

/** No request of this API is larger; checked while reading, so that more is never held. */
export const MAX_BODY_BYTES = 65_536

/** RFC 9110 media type: `application/json`, with parameters that change nothing (`charset=utf-8`) or none. */
const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * The bytes of a body, bounded while reading, and as they are: whatever is packed could become any size.
 *
 * @throws {AuthError} `content_type_unsupported` for a content coding, `content_too_large`, `request_invalid`.
 */
export async function readBytes(request: Request): Promise<Uint8Array> {
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') throw new AuthError('content_type_unsupported')
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > MAX_BODY_BYTES) throw new AuthError('content_too_large')
  try {
    if (announced === null) return await readUnannounced(request.body)
    // The HTTP parser ends a body where its announced length ends. An embedding application may have none.
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > MAX_BODY_BYTES) throw new AuthError('content_too_large')
    return bytes
  } catch (error) {
    if (error instanceof AuthError) throw error
    // The caller went away in the middle of it.
    throw new AuthError('request_invalid', { reason: 'broken_off' }, { cause: error })
  }
}

async function readUnannounced(body: Request['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    // Leaving the loop cancels the stream: the rest is not read.
    if (length > MAX_BODY_BYTES) throw new AuthError('content_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

const formType = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

export const isForm = (request: Pick<Request, 'headers'>): boolean => formType.test(request.headers.get('content-type') ?? '')

/**
 * Reads a form (RFC 6749 appendix B) strictly: size while reading, UTF-8, percent-encoding, NUL. As its section 3.2 wants, a parameter
 * without a value counts as left out, and one that is there twice makes the request invalid.
 *
 * @throws {AuthError} `content_type_unsupported`, `content_too_large`, `request_invalid`.
 */
export async function readFormBody(request: Request): Promise<Readonly<Record<string, string>>> {
  return parseForm(await readBytes(request))
}

/** The same, of a body that was read already. @throws {AuthError} `request_invalid`. */
export function parseForm(bytes: Uint8Array): Readonly<Record<string, string>> {
  const parameters: [string, string][] = []
  const names = new Set<string>()
  for (const pair of decodeForm(bytes).split('&')) {
    const separator = pair.indexOf('=')
    const name = decodeComponent(separator < 0 ? pair : pair.slice(0, separator))
    const value = separator < 0 ? '' : decodeComponent(pair.slice(separator + 1))
    if (value === '') continue
    if (names.has(name)) throw invalidForm('a parameter is there twice')
    names.add(name)
    parameters.push([name, value])
  }
  return Object.fromEntries(parameters)
}

function decodeForm(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    throw invalidForm('it is no UTF-8')
  }
}

function decodeComponent(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidForm('a percent-encoding is broken')
  }
  if (decoded.includes('\0')) throw invalidForm('it holds NUL')
  return decoded
}

const invalidForm = (problem: string): InvalidRequest =>
  new InvalidRequest([{ pointer: '', detail: `is not an acceptable form: ${problem}` }])

/**
 * Reads a JSON body strictly: content type, size while reading, UTF-8, duplicate names, NUL, lone surrogates, depth.
 *
 * @throws {AuthError} `content_type_unsupported`, `content_too_large`, `request_invalid`.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  if (!jsonType.test(request.headers.get('content-type') ?? '')) throw new AuthError('content_type_unsupported')
  const bytes = await readBytes(request)
  try {
    return parseJsonBytes(bytes)
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidRequest([{ pointer: '', detail: `is not acceptable JSON: ${error.message}` }])
    throw error
  }
}

/**
 * Reads a body that is one text of this media type, bounded while reading.
 *
 * @throws {AuthError} `content_type_unsupported`, `content_too_large`, `request_invalid`.
 */
export async function readTextBody(request: Request, type: string): Promise<string> {
  const [given = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (given.trim().toLowerCase() !== type) throw new AuthError('content_type_unsupported')
  const bytes = await readBytes(request)
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    throw new AuthError('request_invalid', { reason: 'not_utf8' }, { cause })
  }
}
