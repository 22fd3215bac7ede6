import { connect } from 'node:net'

export interface RawResponse {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface RawRequest {
  readonly method?: string
  /** The request target exactly as it is to be sent. */
  readonly target: string
  /** Names and values exactly as they are to be sent, in this order. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

/** Sends a request byte for byte, as no well-meaning client would. */
export function sendRaw(port: number, { method = 'GET', target, headers = [] }: RawRequest): Promise<RawResponse> {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: close']
  if (method === 'POST') lines.push('Content-Length: 0')
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => {
      try {
        resolve(parse(text))
      } catch (error) {
        reject(error)
      }
    })
    socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  })
}

function parse(text: string): RawResponse {
  const headEnd = text.indexOf('\r\n\r\n')
  const [statusLine, ...lines] = text.slice(0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine ?? '')?.[1])
  if (!Number.isInteger(status)) throw new Error('no HTTP answer came')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const separator = line.indexOf(':')
    headers.set(line.slice(0, separator).toLowerCase(), line.slice(separator + 1).trim())
  }
  return { status, headers, body: text.slice(headEnd + 4) }
}
