import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What came back; read only as far as somebody asks. */
export class HttpReply {
  readonly bytes: Buffer
  readonly headLength: number

  constructor(bytes: Buffer, headLength: number) {
    this.bytes = bytes
    this.headLength = headLength
  }

  /** `HTTP/1.1 200`: three digits from the ninth character on. */
  get status(): number {
    const digit = (at: number): number => (this.bytes[at] ?? 0) - 0x30
    return digit(9) * 100 + digit(10) * 10 + digit(11)
  }

  get head(): string {
    return this.bytes.toString('latin1', 0, this.headLength)
  }

  get body(): Buffer {
    const body = this.bytes.subarray(this.headLength + HEAD_END.length)
    return isChunked(this.head) ? (joinChunks(body) ?? EMPTY) : body
  }
}

const EMPTY = Buffer.alloc(0)
const HEAD_END = Buffer.from('\r\n\r\n')

const isChunked = (head: string): boolean => /\r\ntransfer-encoding: *chunked/i.test(head)

/**
 * One HTTP/1.1 connection over a bare socket, cheaper than `node:http` so that the process that loads does not become
 * what is measured. Reads what the servers here send: a content length or chunks, no trailers.
 */
export class HttpConnection {
  readonly #socket: Socket
  #received: Buffer = EMPTY
  #headLength = 0
  #lastLength = -1
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
    if (!this.#isLikeTheLast() && !this.#isWhole()) return
    const reply = new HttpReply(this.#received, this.#headLength)
    this.#lastLength = this.#received.length
    this.#received = EMPTY
    this.#onReply?.(reply)
  }

  /** Nearly every reply has the shape of the one before it: head and whole as long, so it need not be parsed. */
  #isLikeTheLast(): boolean {
    if (this.#received.length !== this.#lastLength) return false
    for (let at = 0; at < HEAD_END.length; at++) if (this.#received[this.#headLength + at] !== HEAD_END[at]) return false
    return true
  }

  #isWhole(): boolean {
    const headLength = this.#received.indexOf(HEAD_END)
    if (headLength < 0) return false
    this.#headLength = headLength
    const head = this.#received.toString('latin1', 0, headLength)
    const bodyLength = this.#received.length - headLength - HEAD_END.length
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length !== undefined) return bodyLength >= Number(length)
    return !isChunked(head) || joinChunks(this.#received.subarray(headLength + HEAD_END.length)) !== undefined
  }
}

/** @returns `undefined` while some of the chunks are still under way. */
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
