import type { ServerResponse } from 'node:http'
import { ENCRYPTED_TYPE } from '../token/index.ts'
import { isBodiless, type Seal } from './encrypted-exchange.ts'

/** What the clear text was, and would now be told by. */
const tellingHeaders = ['content-length', 'etag', 'last-modified', 'accept-ranges', 'transfer-encoding'] as const

/**
 * Makes a response of `node:http` collect what is written, to send it encrypted when it ends. Whatever writes to it (Express, Fastify, a
 * stream) does not notice. An answer is held in memory as a whole.
 */
export function sealAnswer(response: ServerResponse, seal: Seal): void {
  const end = response.end.bind(response)
  const chunks: Uint8Array[] = []
  let isEnded = false
  const collect = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(chunk)
  }
  // The overloads of Node are many; what they have in common is checked by hand.
  Object.assign(response, {
    writeHead(status: number, ...rest: readonly unknown[]): ServerResponse {
      response.statusCode = status
      setHeaders(response, rest.at(-1))
      return response
    },
    write(chunk: unknown, ...rest: readonly unknown[]): boolean {
      collect(chunk, rest[0])
      callLater(rest)
      return true
    },
    end(...given: readonly unknown[]): ServerResponse {
      if (isEnded) return response
      isEnded = true
      if (typeof given[0] !== 'function') collect(given[0], given[1])
      void send(response, Buffer.concat(chunks), seal, end).then(() => callLater(given))
      return response
    },
    flushHeaders(): void {},
  })
}

async function send(response: ServerResponse, body: Uint8Array, seal: Seal, end: (body?: string) => unknown): Promise<void> {
  delete (response as { writeHead?: unknown }).writeHead
  delete (response as { flushHeaders?: unknown }).flushHeaders
  delete (response as { write?: unknown }).write
  delete (response as { end?: unknown }).end
  for (const name of tellingHeaders) response.removeHeader(name)
  if (isBodiless(response.statusCode) || response.req.method === 'HEAD') {
    end()
    return
  }
  try {
    // Bytes that were compressed before would need a second header to be understood.
    if (response.hasHeader('content-encoding')) throw new Error('an answer is encrypted before it is compressed')
    const contentType = response.getHeader('content-type')
    const jwe = await seal(body, typeof contentType === 'string' ? contentType : 'application/octet-stream')
    response.setHeader('content-type', ENCRYPTED_TYPE)
    response.setHeader('content-length', jwe.length)
    end(jwe)
  } catch {
    // Nothing of it may go out in the clear.
    response.destroy()
  }
}

/** An object, or names and values by turns. */
function setHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const lines: readonly unknown[] = headers
    for (let index = 0; index + 1 < lines.length; index += 2) response.appendHeader(String(lines[index]), valueOf(lines[index + 1]))
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, valueOf(value))
  }
}

const valueOf = (value: unknown): string | string[] => (Array.isArray(value) ? value.map(String) : String(value))

function callLater(given: readonly unknown[]): void {
  const callback = given.findLast(isCallback)
  if (callback !== undefined) queueMicrotask(callback)
}

const isCallback = (value: unknown): value is () => void => typeof value === 'function'
