import { fieldNames, fieldValues, type RequestMessage } from 'countersign/signature'
import { misuse } from '../failure.ts'

/** A request as it stood on the wire (HTTP/1.1): what a proxy or a log of bytes has kept. */
export interface CapturedRequest {
  readonly message: RequestMessage
  readonly body: Uint8Array
}

const LINE = /^([A-Z][A-Z-]{0,31}) (\S+) HTTP\/1\.[01]$/
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/

/** @throws {Failure} for what is no request in HTTP/1.1. */
export function capturedRequest(bytes: Uint8Array, origin: URL | undefined, scheme: 'http' | 'https'): CapturedRequest {
  const { head, body } = halves(bytes)
  const [line = '', ...lines] = head.split(/\r?\n/)
  const [, method, target] = LINE.exec(line) ?? []
  if (method === undefined || target === undefined) {
    throw misuse('This is no HTTP request.', 'Its first line looks like: POST /orders HTTP/1.1')
  }
  const fields = lines.flatMap((text) => {
    const [, name, value] = FIELD.exec(text) ?? []
    if (name === undefined || value === undefined) throw misuse(`Not a header: ${text.replace(/[^\x20-\x7e]/g, '\ufffd')}`)
    return [name, value]
  })
  const values = fieldValues(fields)
  const message: RequestMessage = {
    method,
    target,
    scheme: origin === undefined ? scheme : origin.protocol === 'https:' ? 'https' : 'http',
    authority: origin?.host ?? values('host')?.[0] ?? '',
    values,
    names: fieldNames(fields),
  }
  return { message, body: isChunked(values) ? unchunked(body) : body }
}

/** At the first empty line. A capture that was edited may have lost its carriage returns. */
function halves(bytes: Uint8Array): { readonly head: string; readonly body: Uint8Array } {
  const text = Buffer.from(bytes).toString('latin1')
  const [separator] = /\r?\n\r?\n/.exec(text) ?? []
  if (separator === undefined) return { head: text.trimEnd(), body: new Uint8Array(0) }
  const end = text.indexOf(separator)
  return { head: text.slice(0, end), body: bytes.subarray(end + separator.length) }
}

const isChunked = (values: RequestMessage['values']): boolean =>
  values('transfer-encoding')?.join(',').toLowerCase().endsWith('chunked') === true

function unchunked(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  const text = Buffer.from(bytes).toString('latin1')
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n', at)
    const length = Number.parseInt(text.slice(at, end), 16)
    if (end < 0 || !(length >= 0)) throw misuse('The chunks of the body are not whole.')
    if (length === 0) return Buffer.concat(pieces)
    pieces.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}
