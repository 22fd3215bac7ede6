import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Principal, Requirement, Verifier } from 'countersign'
import { guardEventStream } from 'countersign/event-stream'
import { guard as socketIoGuard } from 'countersign/socket.io'
import { type Guarded, guard as wsGuard } from 'countersign/ws'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { WebSocket, WebSocketServer } from 'ws'

/** One open connection, from the client's side. */
export interface Line {
  /** What the service says next to everybody: whom it takes this client for. */
  hear(): Promise<string>
  /** Sends a message to the service. */
  say(message: string): void
  /** The code with which the connection was cut. */
  readonly ended: Promise<string>
  /** @returns when the new token expires, or the code with which it was refused. */
  renew(token: unknown): Promise<number | string>
  close(): void
}

/** A service with guarded connections, behind a real socket. */
export interface Service extends AsyncDisposable {
  readonly port: number
  /** What clients have said to it. */
  readonly heard: readonly string[]
  /** @throws {Refused} */
  connect(token?: string): Promise<Line>
  /** Tells every client whom the service takes it for. */
  sayAll(): void
}

/** A hand-shake that was refused. */
export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`refused with ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

export type Door = (verifier: Verifier, requirement?: Requirement) => Promise<Service>

export const openWs: Door = async (verifier, requirement) => {
  const server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  const heard: string[] = []
  server.on('upgrade', wsGuard(verifier, requirement)(sockets))
  sockets.on('connection', (socket: Guarded<WebSocket>) => {
    socket.on('message', (data) => void heard.push(String(data)))
  })
  const port = await listen(server)
  return {
    port,
    heard,
    connect: (token) => connectWs(new WebSocket(`ws://127.0.0.1:${port}`, { headers: token === undefined ? {} : bearer(token) })),
    sayAll: () => {
      for (const socket of sockets.clients) socket.send((socket as Guarded<WebSocket>).principal.tokenId)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      await closed(server)
    },
  }
}

export async function connectWs(socket: WebSocket): Promise<Line> {
  const messages = new Inbox()
  const answers = new Inbox()
  socket.on('message', (data) => {
    const message = String(data)
    if (message.startsWith('{"type":"countersign.')) answers.put(message)
    else messages.put(message)
  })
  const ended = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${String(reason)}`))
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => void refusedBy(response).then(reject, reject))
  })
  return {
    hear: () => beforeEnd(messages.take(), ended),
    say: (message) => socket.send(message),
    ended,
    async renew(token) {
      socket.send(JSON.stringify({ type: 'countersign.renew', access_token: token }))
      const answer: unknown = JSON.parse(await beforeEnd(answers.take(), ended))
      return expiryOrCode(answer)
    },
    close: () => socket.terminate(),
  }
}

export const openSocketIo: Door = async (verifier, requirement) => {
  const http = createServer()
  const server = new Server(http)
  const heard: string[] = []
  server.use(socketIoGuard(verifier, requirement))
  server.on('connection', (socket) => void socket.on('say', (message) => void heard.push(message)))
  const port = await listen(http)
  return {
    port,
    heard,
    connect: (token) => connectSocketIo(`http://127.0.0.1:${port}`, { auth: token === undefined ? {} : { token } }),
    sayAll: () => {
      for (const socket of server.sockets.sockets.values()) socket.emit('told', (socket.data.principal as Principal).tokenId)
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

export async function connectSocketIo(
  url: string,
  options: { readonly auth?: object; readonly extraHeaders?: Record<string, string>; readonly query?: Record<string, string> },
): Promise<Line> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options })
  const messages = new Inbox()
  socket.on('told', (message: string) => messages.put(message))
  const ended = new Promise<string>((resolve) => {
    let why = ''
    socket.on('countersign:ended', ({ code }: { readonly code: string }) => {
      why = code
    })
    socket.on('disconnect', (reason) => resolve(`${reason}: ${why}`))
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('connect_error', (error: Error & { data?: { status: number; code: string } }) => {
      socket.disconnect()
      reject(error.data === undefined ? error : new Refused(error.data.status, error.data.code))
    })
  })
  return {
    hear: () => beforeEnd(messages.take(), ended),
    say: (message) => void socket.emit('say', message),
    ended,
    renew: async (token) => expiryOrCode(await socket.emitWithAck('countersign:renew', { access_token: token })),
    close: () => void socket.disconnect(),
  }
}

export const openEventStream: Door = async (verifier, requirement) => {
  const streams = new Map<ServerResponse, Principal>()
  const guard = guardEventStream(verifier, requirement)
  const answer = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const principal = await guard(asked, response)
    if (principal === undefined) return
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
    // Left in on purpose: a handler that goes on writing after the end must not bring the service down.
    streams.set(response, principal)
  }
  const server = createServer((asked, response) => void answer(asked, response))
  const port = await listen(server)
  return {
    port,
    heard: [],
    connect: (token) => connectEventStream(port, token === undefined ? {} : bearer(token)),
    sayAll: () => {
      for (const [response, { tokenId }] of streams) response.write(`data: ${tokenId}\n\n`)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await closed(server)
    },
  }
}

async function connectEventStream(port: number, headers: Record<string, string>): Promise<Line> {
  const asked = request({ port, host: '127.0.0.1', path: '/events', headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw await refusedBy(response)
  const messages = new Inbox()
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  let received = ''
  let why = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk
    const events = received.split('\n\n')
    received = events.pop() ?? ''
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (event.startsWith('event: countersign.ended\n')) why = (JSON.parse(data ?? '') as { code: string }).code
      else if (data !== undefined) messages.put(data)
    }
  })
  response.on('end', () => resolve(`end: ${why}`))
  return {
    hear: () => beforeEnd(messages.take(), ended),
    say: () => assertNever(),
    ended,
    renew: () => assertNever(),
    close: () => void asked.destroy(),
  }
}

/** Each door, and how a client of it sees that it was cut with a code. */
export const doors = {
  ws: { open: openWs, cut: (code: string) => `${code === 'revocation_unknown' ? 4503 : 4401} ${code}` },
  'socket.io': { open: openSocketIo, cut: (code: string) => `io server disconnect: ${code}` },
  'an event stream': { open: openEventStream, cut: (code: string) => `end: ${code}` },
} as const

/** Messages in the order in which they came, for who asks later or has asked before. */
class Inbox {
  readonly #held: string[] = []
  readonly #asked: ((message: string) => void)[] = []

  put(message: string): void {
    const asked = this.#asked.shift()
    if (asked === undefined) this.#held.push(message)
    else asked(message)
  }

  take(): Promise<string> {
    const held = this.#held.shift()
    return held === undefined ? new Promise((resolve) => void this.#asked.push(resolve)) : Promise.resolve(held)
  }
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

async function refusedBy(response: IncomingMessage): Promise<Refused> {
  const { code }: { readonly code: string } = JSON.parse(await text(response))
  return new Refused(response.statusCode ?? 0, code)
}

const expiryOrCode = (answer: unknown): number | string => {
  const { expires_at: expiresAt, code } = answer as { readonly expires_at?: number; readonly code?: string }
  return expiresAt ?? code ?? 'neither'
}

function listen(server: HttpServer): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

/** What was cut says nothing more: waiting for it is a failure. */
const beforeEnd = (message: Promise<string>, ended: Promise<string>): Promise<string> =>
  Promise.race([message, ended.then((why) => Promise.reject(new Error(`it was cut: ${why}`)))])

const closed = (server: HttpServer): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))

function assertNever(): never {
  throw new Error('a stream has no way back')
}
