import { AuthError, ManualClock, type Platform, systemRandom } from '../../core/index.ts'
import {
  createSessionClient,
  memoryStorage,
  type SessionChange,
  type SessionClient,
  type SessionClientOptions,
  type SessionStorage,
} from '../index.ts'

export const LIFE_SECONDS = 300
let worlds = 0

type Outcome = Response | 'lose' | 'unreachable'
export type Script = () => Outcome | Promise<Outcome>

interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string
  readonly credentials: RequestCredentials
}

/** A server of sessions and a service behind it, as far as clients can tell; and one browser's cookies. */
export class SessionWorld {
  readonly clock: ManualClock = new ManualClock(1_800_000_000_000)
  readonly seen: Seen[] = []
  readonly storage: SessionStorage = memoryStorage()
  readonly changes: SessionChange[] = []
  readonly client: SessionClient
  readonly platform: Platform
  /** Of this world alone, since locks and channels of a process are for all that have the name. */
  readonly baseUrl: string = `https://auth${++worlds}.test/`
  /** Answers taken before the world's own, one a request; `lose` does the work and loses the answer. */
  readonly instead: Script[] = []
  generation = 0
  ended = false
  revoked: Set<string> = new Set()
  /** The generation that the browser's cookies are of. */
  cookies: number | undefined
  readonly #successors = new Map<string, number>()
  readonly #options: Partial<SessionClientOptions>

  constructor(options: Partial<SessionClientOptions> = {}) {
    this.#options = options
    const fetch: typeof globalThis.fetch = (input, init) => this.#answer(new Request(input, init), init?.credentials ?? 'same-origin')
    this.platform = { clock: this.clock, random: systemRandom, fetch }
    this.client = this.open()
    this.client.onChange((change) => this.changes.push(change))
  }

  static async signedIn(options: Partial<SessionClientOptions> = {}): Promise<SessionWorld> {
    const world = new SessionWorld(options)
    await world.signIn()
    return world
  }

  async signIn(client: SessionClient = this.client): Promise<void> {
    await client.signIn({ email: 'ada@example.com', password: 'correct horse' })
  }

  /** One more client, of another tab say. */
  open(options: Partial<SessionClientOptions> = {}): SessionClient {
    return createSessionClient({ baseUrl: this.baseUrl, storage: this.storage, platform: this.platform, ...this.#options, ...options })
  }

  count(path: string): number {
    return this.seen.filter((request) => request.path === path).length
  }

  async stored(): Promise<string> {
    return (await this.storage.getItem(`countersign:${this.baseUrl}`)) ?? ''
  }

  async #answer(request: Request, credentials: RequestCredentials): Promise<Response> {
    const { pathname: path } = new URL(request.url)
    const body = await request.text()
    this.seen.push({ method: request.method, path, headers: request.headers, body, credentials })
    const scripted = await this.instead.shift()?.()
    if (scripted === 'unreachable') throw new TypeError('fetch failed')
    if (scripted instanceof Response) return scripted
    const answer = this.#route(request, path, body)
    if (scripted === 'lose') throw new TypeError('terminated')
    return answer
  }

  #route(request: Request, path: string, body: string): Response {
    if (path === '/v1/sessions') return this.#tokens(201, JSON.parse(body).transport === 'cookie')
    if (path === '/v1/sessions/refresh') return this.#refresh(request, JSON.parse(body))
    if (path === '/v1/passkey-challenges') return Response.json({ options: JSON.parse(body) })
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? this.#cookie(request)
    if (token instanceof Response) return token
    if (this.revoked.has(token)) return problem(401, 'token_revoked')
    if (path === '/v1/sessions/current') {
      this.ended = true
      this.cookies = undefined
      return new Response(null, { status: 204 })
    }
    return Response.json({ token, body })
  }

  #cookie(request: Request): string | Response {
    if (this.cookies === undefined) return problem(401, 'credential_missing')
    const isSafe = request.method === 'GET' || request.headers.get('x-csrf-token')?.startsWith('csrf-') === true
    return isSafe ? `access-${this.cookies}` : problem(403, 'csrf_refused')
  }

  #refresh(request: Request, { refresh_token: given }: { readonly refresh_token?: string }): Response {
    const byCookie = given === undefined
    if (byCookie && this.cookies === undefined) return problem(401, 'credential_missing')
    const token = given ?? `refresh-${this.cookies}`
    if (this.ended) return problem(401, 'refresh_invalid')
    const key = `${token} ${request.headers.get('idempotency-key')}`
    const successor = this.#successors.get(key)
    if (successor === this.generation) return this.#tokens(200, byCookie)
    if (token !== `refresh-${this.generation}`) return problem(401, 'refresh_reused')
    this.generation++
    this.#successors.set(key, this.generation)
    return this.#tokens(200, byCookie)
  }

  #tokens(status: number, byCookie: boolean): Response {
    const { generation } = this
    if (byCookie) this.cookies = generation
    const tokens = { access_token: `access-${generation}`, token_type: 'Bearer', refresh_token: `refresh-${generation}` }
    return Response.json(
      {
        ...(byCookie ? { csrf_token: `csrf-${generation}` } : tokens),
        expires_in: LIFE_SECONDS,
        session: { id: 'ses_1' },
        user: { id: 'usr_1', email: 'ada@example.com', name: null, roles: generation === 0 ? [] : ['staff'], groups: [] },
      },
      { status },
    )
  }
}

export const problem = (status: number, code: string, more: object = {}): Response =>
  Response.json({ type: 'about:blank', title: 'no', status, code, ...more }, { status })

export const refusedAs =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code
