import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Bff, type BffOptions, createBff } from 'countersign/bff'
import { ManualClock, systemPlatform } from 'countersign/core'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { serve } from '@hono/node-server'
import { type WebSocket, WebSocketServer } from 'ws'
import { listening, type Mounted, portOf } from '../http/listening.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'

/** What a service received. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly lines: readonly string[]
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A service behind the backend: it answers what it has received, and misbehaves on demand. */
export class FakeUpstream implements AsyncDisposable {
  readonly received: Received[] = []
  /** Requests that broke off. */
  broken = 0
  /** Of `/held`: what answers them. */
  readonly held: ServerResponse[] = []
  readonly sockets: WebSocket[] = []
  /** Answers a request itself. */
  answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  readonly #server: Server
  readonly #mounted: Mounted

  static async open(): Promise<FakeUpstream> {
    const server = createServer()
    const upstream = new FakeUpstream(server, await listening(server))
    server.on('request', (request, response) => upstream.take(request, response))
    return upstream
  }

  private constructor(server: Server, mounted: Mounted) {
    this.#server = server
    this.#mounted = mounted
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: (protocols) => [...protocols][0] ?? false })
    server.on('upgrade', (request, socket, head) => {
      this.#note(request, '')
      if (request.url?.endsWith('/refused')) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nset-cookie: evil=1\r\n\r\nno')
        return
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        this.sockets.push(ws)
        ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }))
      })
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#mounted.port}`
  }

  get last(): Received {
    return this.received.at(-1) as Received
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    if (this.answer?.(request, response) === true) return
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('aborted', () => void this.broken++)
    request.on('end', () => {
      const received = this.#note(request, Buffer.concat(chunks).toString())
      if (request.url?.startsWith('/base/held')) return void this.held.push(response)
      response.writeHead(200, { 'content-type': 'application/json', 'x-upstream': 'yes' }).end(JSON.stringify(received))
    })
  }

  #note({ method = '', url = '', rawHeaders, headers }: IncomingMessage, body: string): Received {
    const received = { method, url, lines: rawHeaders, headers, body }
    this.received.push(received)
    return received
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    await this.#mounted.close()
    this.#server.closeAllConnections()
  }
}

export type BffMount = (bff: Bff) => Promise<Mounted>

const withUpgrades = (server: { on(event: 'upgrade', listener: Bff['upgrade']): unknown }, bff: Bff): void => {
  server.on('upgrade', bff.upgrade)
}

export const bffMounts: Readonly<Record<string, BffMount>> = {
  'node:http': (bff) => {
    const server = createServer((request, response) => {
      if (!bff.handle(request, response)) response.writeHead(404).end('the page')
    })
    withUpgrades(server, bff)
    return listening(server)
  },
  Express: (bff) => {
    const app = express()
    app.use(bff.express)
    app.use(express.json())
    app.use((_request, response) => void response.status(404).send('the page'))
    const server = createServer(app)
    withUpgrades(server, bff)
    return listening(server)
  },
  Fastify: async (bff) => {
    const app = fastify()
    app.addHook('onRequest', bff.fastify)
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('the page'))
    withUpgrades(app.server, bff)
    await app.listen({ host: '127.0.0.1', port: 0 })
    return {
      port: portOf(app.server),
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  Hono: (bff) => {
    const app = new Hono()
    app.use(bff.hono)
    app.notFound((context) => context.text('the page', 404))
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: false }, () => {
        resolve({
          port: portOf(server),
          close: () =>
            new Promise((closed) => {
              server.close(() => closed())
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        })
      }) as Server
      withUpgrades(server, bff)
    })
  },
}

const KEY = new Uint8Array(32).fill(7)

/** A backend between browsers and a service, with a real issuer beside it. */
export class BffWorld implements AsyncDisposable {
  readonly server: ServerWorld
  readonly upstream: FakeUpstream
  readonly #opened: { readonly bff: Bff; readonly mounted: Mounted }[] = []

  static async open(server?: ServerWorld): Promise<BffWorld> {
    return new BffWorld(server ?? (await ServerWorld.open()), await FakeUpstream.open())
  }

  private constructor(server: ServerWorld, upstream: FakeUpstream) {
    this.server = server
    this.upstream = upstream
  }

  /** One more process of the backend. */
  async backend(mount: BffMount, options: Partial<BffOptions> = {}): Promise<Backend> {
    const clock = new ManualClock(systemPlatform.clock.now())
    const bff = createBff({
      issuer: this.server.url,
      keys: [KEY],
      upstreams: [
        { prefix: '/api', target: `${this.upstream.origin}/base`, webSocket: true, bodyLimitBytes: 1000 },
        { prefix: '/open', target: this.upstream.origin, credential: 'none' },
      ],
      platform: { ...systemPlatform, clock },
      ...options,
    })
    const mounted = await mount(bff)
    this.#opened.push({ bff, mounted })
    return new Backend(mounted.port, clock, bff)
  }

  /** A browser of somebody new, signed in. */
  async signedIn(backend: Backend): Promise<Browser> {
    const { email } = await this.server.person()
    const browser = new Browser(backend)
    await browser.signIn(email)
    return browser
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { bff, mounted } of this.#opened) {
      bff.close()
      await mounted.close()
    }
    await this.upstream[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
  }
}

export class Backend {
  readonly port: number
  readonly clock: ManualClock
  readonly bff: Bff

  constructor(port: number, clock: ManualClock, bff: Bff) {
    this.port = port
    this.clock = clock
    this.bff = bff
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }
}

/** As much of a browser as matters here: cookies, and the headers that no page can forge. */
export class Browser {
  readonly #cookies: Map<string, string>
  csrf = ''
  backend: Backend

  constructor(backend: Backend, cookies: ReadonlyMap<string, string> = new Map()) {
    this.backend = backend
    this.#cookies = new Map(cookies)
  }

  /** Another tab that has not heard yet. */
  copy(backend: Backend = this.backend): Browser {
    const other = new Browser(backend, this.#cookies)
    other.csrf = this.csrf
    return other
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  cookieNamed(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookies.size > 0) headers.set('cookie', this.cookie)
    if (!headers.has('sec-fetch-site')) headers.set('sec-fetch-site', 'same-origin')
    if (init.method !== undefined && init.method !== 'GET' && !headers.has('x-csrf-token')) headers.set('x-csrf-token', this.csrf)
    const response = await fetch(this.backend.origin + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  }

  async signIn(email: string): Promise<void> {
    const response = await this.post('/bff/sign-in', { email, password: PASSWORD })
    assert.equal(response.status, 200)
    this.csrf = ((await response.json()) as { csrf_token: string }).csrf_token
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const separator = pair.indexOf('=')
    const name = pair.slice(0, separator)
    if (/max-age=0/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, pair.slice(separator + 1))
  }
}
