import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Platform, systemPlatform } from 'countersign/core'
import { pino } from 'pino'
import { configFromOptions, type RunningServer, type ServerOptions, serve } from '../../packages/server/src/index.ts'
import { operations } from '../../packages/server/src/server/route-table.ts'
import { PATIENCE_MS } from './patience.ts'

export const PASSWORD = 'correct horse battery'

const patience = { connectMs: PATIENCE_MS, lockMs: PATIENCE_MS, statementMs: PATIENCE_MS }

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The document of the answer, when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely by the tests
  readonly body: any
}

export interface Ask {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface SignedInReply {
  readonly access_token: string
  readonly refresh_token: string
  readonly session: { readonly id: string }
  readonly user: { readonly id: string; readonly roles: readonly string[] }
}

/** A server on a free port with a database of its own; every JSON answer is held against the schema that its route declares. */
export class ServerWorld implements AsyncDisposable {
  readonly folder: string
  readonly running: RunningServer
  /** What it has logged. */
  readonly lines: readonly string[]
  #people = 0

  private constructor(folder: string, running: RunningServer, lines: readonly string[]) {
    this.folder = folder
    this.running = running
    this.lines = lines
  }

  static async open(options: ServerOptions = {}, platform: Platform = systemPlatform): Promise<ServerWorld> {
    return ServerWorld.openIn(mkdtempSync(join(tmpdir(), 'cs-server-')), options, platform)
  }

  /** On what an earlier server left in the folder. */
  static async openIn(folder: string, options: ServerOptions = {}, platform: Platform = systemPlatform): Promise<ServerWorld> {
    const lines: string[] = []
    const log = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(line) })
    const config = configFromOptions({
      port: 0,
      database: `sqlite:${join(folder, 'data', 'countersign.db')}`,
      passwordMemoryKib: 64,
      passwordPasses: 1,
      ...options,
    })
    return new ServerWorld(folder, await serve(config, { platform, log, sendsMailAtOnce: true, patience }), lines)
  }

  get url(): string {
    return this.running.url
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    return reply(method, path, await fetch(this.url + path, init(method, ask)))
  }

  /** With the authority of this machine's administrator. */
  async local(method: string, path: string, body?: unknown): Promise<Reply> {
    const request = new Request(`http://localhost${path}`, init(method, body === undefined ? {} : { body }))
    return reply(method, path, await this.running.countersign.localFetch(request))
  }

  /** A new account, signed in. */
  async person(roles: readonly string[] = []): Promise<SignedInReply & { readonly email: string }> {
    const email = `person${++this.#people}@example.com`
    assert.equal((await this.local('POST', '/v1/users', { email, password: PASSWORD, roles })).status, 201)
    return { email, ...(await this.signIn(email)) }
  }

  async signIn(email: string, password: string = PASSWORD): Promise<SignedInReply> {
    const { status, body } = await this.ask('POST', '/v1/sessions', { body: { email, password } })
    assert.equal(status, 201)
    return body
  }

  async refresh(refreshToken: string): Promise<SignedInReply> {
    const { status, body } = await this.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: refreshToken } })
    assert.equal(status, 200)
    return body
  }

  /** `200`, or the code of the refusal. */
  async verdictOn(token: string): Promise<string> {
    const { status, body } = await this.ask('GET', '/v1/me', { token })
    return status === 200 ? '200' : body.code
  }

  async refreshVerdictOn(refreshToken: string): Promise<string> {
    const { status, body } = await this.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: refreshToken } })
    return status === 200 ? '200' : body.code
  }

  async service(name = 'orders'): Promise<{ readonly id: string; readonly credential: string }> {
    const { status, body } = await this.local('POST', '/v1/services', { name })
    assert.equal(status, 201)
    return body
  }

  async stop(): Promise<void> {
    await this.running.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function init(method: string, { token, body, headers = {} }: Ask): RequestInit {
  return {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
}

async function reply(method: string, path: string, response: Response): Promise<Reply> {
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').endsWith('json')
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : undefined
  holdAgainstSchema(method, path, response.status, body)
  return { status: response.status, headers: response.headers, text, body }
}

/** What the OpenAPI document promises is what is sent. */
function holdAgainstSchema(method: string, path: string, status: number, body: unknown): void {
  const [pathname = ''] = path.split('?')
  const operation = operations.find((each) => each.method === method && matches(each.path, pathname))
  const schema = body === undefined ? undefined : operation?.responses[status]?.schema
  const result = schema?.safeParse(body)
  assert.equal(result?.success ?? true, true, `${method} ${path} ${status} does not fit its schema: ${result?.error?.message}`)
}

const matches = (template: string, path: string): boolean => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
