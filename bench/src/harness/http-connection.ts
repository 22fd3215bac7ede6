import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface HttpReply {
  readonly status: number
  readonly head: string
  readonly body: Buffer
}

const EMPTY = Buffer.alloc(0)

/**
 * One HTTP/1.1 connection over a bare socket, cheaper than `node:http` so that the process that loads does not become
 * what is measured. Reads what the servers here send: a content length or chunks, no trailers.
 */
export class HttpConnection {
  readonly #socket: Socket
  #received: Buffer = EMPTY
  #onReply: ((reply: HttpReply) => void) | undefined
  #onError: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => this.#onError?.(error))
    socket.on('close', () => this.fail('the server closed the connection'))
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new HttpConnection(socket)
  }

  send(request: Buffer, onReply: (reply: HttpReply) => void, onError: (error: Error) => void): void {
    if (this.#socket.destroyed) {
      onError(new Error('the server had closed the connection'))
      return
    }
    this.#onReply = onReply
    this.#onError = onError
    this.#socket.write(request)
  }

  /** Gives up on the request that is under way. */
  fail(reason: string): void {
    this.#onError?.(new Error(reason))
  }

  close(): void {
    this.#onError = undefined
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const reply = parseReply(this.#received)
    if (reply === undefined) return
    this.#received = EMPTY
    this.#onReply?.(reply)
  }
}

/** @returns `undefined` while some of the reply is still under way. */
function parseReply(received: Buffer): HttpReply | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = received.toString('latin1', 0, headEnd)
  const body = received.subarray(headEnd + 4)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return body.length < Number(length) ? undefined : { status, head, body }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const whole = joinChunks(body)
    return whole === undefined ? undefined : { status, head, body: whole }
  }
  return { status, head, body: EMPTY }
}

function joinChunks(body: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    const start = lineEnd + 2
    if (body.length < start + size + 2) return undefined
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.subarray(start, start + size))
    at = start + size + 2
  }
}
