import { AuthError, parseJsonBytes } from 'countersign/core'
import { InvalidRequest } from './field-error.ts'

/** No request of this API is larger; checked while reading, so that more is never held. */
export const MAX_BODY_BYTES = 65_536

/** RFC 9110 media type: `application/json`, with parameters that change nothing (`charset=utf-8`) or none. */
const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

async function readBytes(request: Request): Promise<Uint8Array> {
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

/**
 * Reads a JSON body strictly: content type, size while reading, UTF-8, duplicate names, NUL, lone surrogates, depth.
 *
 * @throws {AuthError} `content_type_unsupported`, `content_too_large`, `request_invalid`.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  if (!jsonType.test(request.headers.get('content-type') ?? '')) throw new AuthError('content_type_unsupported')
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') throw new AuthError('content_type_unsupported')
  const bytes = await readBytes(request)
  try {
    return parseJsonBytes(bytes)
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidRequest([{ pointer: '', detail: `is not acceptable JSON: ${error.message}` }])
    throw error
  }
}
