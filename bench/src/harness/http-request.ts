import type { HttpConnection, HttpReply } from './http-connection.ts'

/** The bytes of a request with a body of JSON, or without any. */
export function httpRequest(method: string, path: string, headers: Readonly<Record<string, string>>, body?: object): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: countersign-bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

/** One request over a connection on which none is under way. */
export const exchange = (connection: HttpConnection, request: Buffer): Promise<HttpReply> =>
  new Promise((resolve, reject) => connection.send(request, resolve, reject))
