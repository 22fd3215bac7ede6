import { mkdirSync } from 'node:fs'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import type { HttpReply } from '../harness/http-connection.ts'
import { Load } from '../harness/load.ts'
import { rateOf, type Round, throughputColumns, throughputOf } from '../harness/throughput.ts'
import type { RefreshReady } from '../server/refresh-subject.ts'

const CONNECTIONS = 32

interface RefreshForm {
  readonly label: string
  readonly program: string
  readonly argument?: object
  readonly environment: Readonly<Record<string, string>>
  /** The request that refreshes with this credential. */
  request(credential: string): Buffer
  /** What the reply says to present next time. */
  successor(credential: string, reply: HttpReply): string
}

function post(path: string, type: string, body: string): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: countersign-bench',
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

function refreshTokenOf(reply: HttpReply): string {
  const answer: unknown = JSON.parse(reply.body.toString('utf8'))
  if (typeof answer === 'object' && answer !== null && 'refresh_token' in answer && typeof answer.refresh_token === 'string')
    return answer.refresh_token
  throw new Error('the answer holds no refresh token')
}

function rotated(credential: string, reply: HttpReply): string {
  const successor = refreshTokenOf(reply)
  if (successor === credential) throw new Error('the refresh token was not rotated')
  return successor
}

/** `get-session` answers 200 with `null` to a stranger, and sets the cookie anew when it has written. */
function sameCookie(credential: string, reply: HttpReply): string {
  if (!/\r\nset-cookie: /i.test(reply.head)) throw new Error('the session was not prolonged')
  return credential
}

const oidcForm = (accessTokens: 'jwt' | 'opaque'): RefreshForm => ({
  label: `oidc-provider, ${accessTokens === 'jwt' ? 'ES256 JWT' : 'opaque'} access tokens`,
  program: '../server/oidc-provider.ts',
  argument: { accessTokens },
  environment: { NODE_ENV: 'production' },
  request: (credential) =>
    post(
      '/token',
      'application/x-www-form-urlencoded',
      `grant_type=refresh_token&client_id=web&refresh_token=${encodeURIComponent(credential)}`,
    ),
  successor: rotated,
})

const forms: readonly RefreshForm[] = [
  {
    label: 'countersign',
    program: '../server/countersign.ts',
    // In production it refuses credentials over plain HTTP, which the load here is.
    environment: {},
    request: (credential) => post('/v1/sessions/refresh', 'application/json', JSON.stringify({ refresh_token: credential })),
    successor: rotated,
  },
  oidcForm('jwt'),
  oidcForm('opaque'),
  {
    label: 'better-auth, get-session with updateAge 0',
    program: '../server/better-auth.ts',
    environment: { NODE_ENV: 'production' },
    request: (credential) =>
      Buffer.from(
        `GET /api/auth/get-session HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: countersign-bench\r\nCookie: ${credential}\r\n\r\n`,
      ),
    successor: sameCookie,
  },
]

class Subject implements AsyncDisposable {
  readonly form: RefreshForm
  readonly rounds: Round[] = []
  readonly #child: Child
  #credentials: string[] = []
  #load: Load | undefined

  constructor(form: RefreshForm) {
    this.form = form
    this.#child = new Child(new URL(form.program, import.meta.url), form.environment)
  }

  async start(folder: string): Promise<void> {
    mkdirSync(folder)
    const ready = await this.#child.call<RefreshReady>('start', { sessions: CONNECTIONS, folder, ...this.form.argument })
    this.#credentials = [...ready.credentials]
    this.#load = new Load(ready.port, CONNECTIONS)
  }

  async round(durationMs: number): Promise<void> {
    const beforeMicros = await this.#child.call<number>('cpuMicros')
    const result = await this.#load?.run({ durationMs, latencies: true, next: (connection, previous) => this.#next(connection, previous) })
    if (result === undefined) throw new Error('not started')
    const cpuMicros = ((await this.#child.call<number>('cpuMicros')) - beforeMicros) / result.requests
    this.rounds.push({ ...result, cpuMicros })
  }

  /** Forgets the rounds so far: they were for warming up. */
  reset(): void {
    this.rounds.length = 0
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }

  #next(connection: number, previous: HttpReply | undefined): Buffer {
    let credential = this.#credentials[connection] ?? ''
    if (previous !== undefined) credential = this.form.successor(credential, previous)
    this.#credentials[connection] = credential
    return this.form.request(credential)
  }
}

async function measure(subjects: readonly Subject[], folder: string, settings: Settings): Promise<void> {
  const { rounds, roundMs, warmUpMs } = settings.quick
    ? { rounds: 3, roundMs: 300, warmUpMs: 300 }
    : { rounds: 5, roundMs: 2500, warmUpMs: 2000 }
  for (const [index, subject] of subjects.entries()) {
    settings.log(`refresh ${subject.form.label}: starting and warming up …`)
    await subject.start(`${folder}/${index}`)
    await subject.round(warmUpMs)
    subject.reset()
  }
  for (let round = 0; round < rounds; round++) {
    settings.log(`refresh round ${round + 1} of ${rounds} …`)
    for (let turn = 0; turn < subjects.length; turn++) await subjects[(turn + round) % subjects.length]?.round(roundMs)
  }
}

function tableOf(subjects: readonly Subject[]): Table {
  const ours = subjects.find(({ form }) => form.label === 'countersign')?.rounds
  const rows: readonly Row[] = subjects.map(({ form, rounds }) => ({
    label: form.label,
    values: { ...throughputOf(rounds), oursTimes: ours === undefined ? undefined : rateOf(ours) / rateOf(rounds) },
  }))
  return {
    title: `Refreshes over HTTP, ${CONNECTIONS} connections and sessions, SQLite with synchronous=FULL`,
    columns: [...throughputColumns, { key: 'oursTimes', heading: 'countersign is times', digits: 2 }],
    rows,
  }
}

export const refresh: Bench = {
  title: 'durable refreshes a second over HTTP',
  async run(settings) {
    using folder = new TemporaryFolder()
    await using stack = new AsyncDisposableStack()
    const wanted = forms.filter(({ label }) => settings.only === undefined || label.includes(settings.only))
    const subjects = wanted.map((form) => stack.use(new Subject(form)))
    await measure(subjects, folder.path, settings)
    const warning = folder.inMemory ? ['THE DATABASES LAY IN MEMORY (tmpfs): set TMPDIR to a folder on a disk.'] : []
    return {
      tables: [tableOf(subjects)],
      notes: [
        ...warning,
        'Every server is a process of its own on node:sqlite, WAL, synchronous=FULL; the load comes from this process; rounds alternate.',
        'countersign: whole server, compare-and-swap rotation, session and user read again, ES256 access token. Concurrent commits share one fsync.',
        'oidc-provider: refresh_token grant of a public client, rotateRefreshToken, reuse detected, no ID token. JWT: ES256 access token that is not stored; opaque: stored, one write more, no signature.',
        'better-auth: does less. It reads the session and writes a later expiry; no token rotates, nothing is signed with a private key (the cookie has an HMAC). Its experimental joins are off (quicker here); the cookie cache is off, since with it nothing is read or written.',
      ],
    }
  },
}
