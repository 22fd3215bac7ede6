import { mkdirSync } from 'node:fs'
import { startPostgres } from '../../../test/service/postgres.ts'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import type { HttpReply } from '../harness/http-connection.ts'
import { Load } from '../harness/load.ts'
import { rateOf, type Round, throughputColumns, throughputOf } from '../harness/throughput.ts'
import type { ClientCredentials, TokenReady, TokenRequest } from '../server/token-subject.ts'

const CONNECTIONS = 32
/** So much of what the library does alone: ours reads client, person, consent and log besides, and notes each token of a person. */
const GOAL = 0.7

const grants = ['client_credentials', 'refresh_token'] as const
type GrantType = (typeof grants)[number]

interface Form {
  readonly label: string
  readonly program: string
  readonly method: string
  readonly environment: Readonly<Record<string, string>>
  readonly isOnPostgres: boolean
}

const ALONE = 'oidc-provider alone, SQLite'
const forms: readonly Form[] = [
  // In production ours refuses credentials over plain HTTP, which the load here is.
  { label: 'countersign, SQLite', program: '../server/countersign-oauth.ts', method: 'start', environment: {}, isOnPostgres: false },
  { label: 'countersign, PostgreSQL', program: '../server/countersign-oauth.ts', method: 'start', environment: {}, isOnPostgres: true },
  {
    label: ALONE,
    program: '../server/oidc-provider.ts',
    method: 'startForTokens',
    environment: { NODE_ENV: 'production' },
    isOnPostgres: false,
  },
]

function request(path: string, { id, secret }: ClientCredentials, body: string): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: countersign-bench',
    `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

function successorOf(credential: string, { body }: HttpReply): string {
  const { refresh_token: successor } = JSON.parse(body.toString('utf8')) as { readonly refresh_token?: unknown }
  if (typeof successor !== 'string' || successor === credential) throw new Error('the refresh token was not rotated')
  return successor
}

class Subject implements AsyncDisposable {
  readonly form: Form
  readonly rounds: Readonly<Record<GrantType, Round[]>> = { client_credentials: [], refresh_token: [] }
  readonly #child: Child
  /** One for each kind of grant: what a connection was answered last belongs to it. */
  readonly #loads = new Map<GrantType, Load>()
  #ready: TokenReady | undefined
  #credentials: string[] = []

  constructor(form: Form) {
    this.form = form
    this.#child = new Child(new URL(form.program, import.meta.url), form.environment)
  }

  async start(request: TokenRequest): Promise<void> {
    mkdirSync(request.folder)
    this.#ready = await this.#child.call<TokenReady>(this.form.method, request)
    this.#credentials = [...this.#ready.refreshTokens]
    for (const grant of grants) this.#loads.set(grant, new Load(this.#ready.port, CONNECTIONS))
  }

  async round(grant: GrantType, durationMs: number): Promise<void> {
    const beforeMicros = await this.#child.call<number>('cpuMicros')
    const result = await this.#loads
      .get(grant)
      ?.run({ durationMs, latencies: true, next: (at, previous) => this.#next(grant, at, previous) })
    if (result === undefined) throw new Error('not started')
    const cpuMicros = ((await this.#child.call<number>('cpuMicros')) - beforeMicros) / result.requests
    this.rounds[grant].push({ ...result, cpuMicros })
  }

  /** Forgets the rounds so far: they were for warming up. */
  reset(): void {
    for (const grant of grants) this.rounds[grant].length = 0
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }

  #next(grant: GrantType, connection: number, previous: HttpReply | undefined): Buffer {
    const ready = this.#ready
    if (ready === undefined) throw new Error('not started')
    if (grant === 'client_credentials')
      return request(ready.tokenPath, ready.machine, 'grant_type=client_credentials&scope=orders%3Aread%20orders%3Awrite')
    let credential = this.#credentials[connection] ?? ''
    if (previous !== undefined) credential = successorOf(credential, previous)
    this.#credentials[connection] = credential
    return request(ready.tokenPath, ready.web, `grant_type=refresh_token&refresh_token=${encodeURIComponent(credential)}`)
  }
}

async function measure(subjects: readonly Subject[], settings: Settings): Promise<void> {
  const { rounds, roundMs, warmUpMs } = settings.quick
    ? { rounds: 2, roundMs: 300, warmUpMs: 300 }
    : { rounds: 5, roundMs: 2000, warmUpMs: 2000 }
  for (const subject of subjects) {
    settings.log(`oauth ${subject.form.label}: warming up …`)
    for (const grant of grants) await subject.round(grant, warmUpMs)
    subject.reset()
  }
  for (let round = 0; round < rounds; round++) {
    settings.log(`oauth round ${round + 1} of ${rounds} …`)
    for (const grant of grants) {
      for (let turn = 0; turn < subjects.length; turn++) await subjects[(turn + round) % subjects.length]?.round(grant, roundMs)
    }
  }
}

function tableOf(subjects: readonly Subject[], grant: GrantType): Table {
  const alone = subjects.find(({ form }) => form.label === ALONE)?.rounds[grant]
  const rows: readonly Row[] = subjects.map(({ form, rounds: { [grant]: rounds } }) => ({
    label: form.label,
    values: { ...throughputOf(rounds), timesAlone: alone === undefined ? undefined : rateOf(rounds) / rateOf(alone) },
  }))
  return {
    title: `grant_type=${grant}, client_secret_basic, ES256 JWT, ${CONNECTIONS} connections`,
    columns: [...throughputColumns, { key: 'timesAlone', heading: 'times oidc-provider alone', digits: 2 }],
    rows,
  }
}

export const oauth: Bench = {
  title: 'tokens a second from the token endpoint, for clients and for people',
  async run(settings) {
    using folder = new TemporaryFolder()
    await using stack = new AsyncDisposableStack()
    const wanted = forms.filter(({ label }) => settings.only === undefined || label.includes(settings.only))
    const postgres = wanted.some(({ isOnPostgres }) => isOnPostgres) ? stack.use(await startPostgres()) : undefined
    const subjects = wanted.map((form) => stack.use(new Subject(form)))
    for (const [index, subject] of subjects.entries()) {
      settings.log(`oauth ${subject.form.label}: starting, signing ${CONNECTIONS} people in …`)
      const place = { sessions: CONNECTIONS, folder: `${folder.path}/${index}` }
      await subject.start(subject.form.isOnPostgres && postgres !== undefined ? { ...place, database: postgres.url } : place)
    }
    await measure(subjects, settings)
    const warning = folder.inMemory ? ['THE DATABASES LAY IN MEMORY (tmpfs): set TMPDIR to a folder on a disk.'] : []
    return {
      tables: grants.map((grant) => tableOf(subjects, grant)),
      notes: [
        ...warning,
        `The goal is ${GOAL} of oidc-provider alone, on SQLite.`,
        'Every server is a process of its own; the load comes from this process; rounds alternate. SQLite is node:sqlite, WAL, synchronous=FULL; PostgreSQL runs with fsync and synchronous_commit.',
        'countersign: the whole server. Client, person, consent, session and the head of the log are read from the database for each token. What is asked here does not pass through the library (decisions 41 and 43). A refresh is one transaction: the old token used up, the new one and the access token noted. Concurrent commits share one fsync on SQLite.',
        'oidc-provider alone does less: clients stand in its configuration, accounts and the end of sessions, consents and clients are nobody’s concern, and a JWT that is out stays good. A refresh writes twice, each with its own fsync.',
      ],
    }
  },
}
