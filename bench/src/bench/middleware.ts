import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { Load } from '../harness/load.ts'
import { median } from '../harness/statistics.ts'
import { type Framework, guards, type RouteReady, type RouteRequest } from '../server/route.ts'

const CONNECTIONS = 32
const TOKENS = 100

interface Round {
  readonly perSecond: number
  readonly cpuMicros: number
}

/** One server process, its connections, and what was measured so far: pairs of neighbouring rounds. */
class Subject implements AsyncDisposable {
  readonly framework: Framework
  readonly guard: string
  readonly pairs: { readonly bare: Round; readonly guarded: Round }[] = []
  readonly #child = new Child(new URL('../server/middleware.ts', import.meta.url), { NODE_ENV: 'production' })
  readonly #requests = new Map<string, readonly Buffer[]>()
  #load: Load | undefined
  #turn = 0

  constructor(framework: Framework, guard: string) {
    this.framework = framework
    this.guard = guard
  }

  async start(): Promise<void> {
    const request: RouteRequest = { framework: this.framework, guard: this.guard, tokens: TOKENS }
    const { port, authorizations } = await this.#child.call<RouteReady>('start', request)
    // The same header on both routes: what it costs to receive it is not what a guard costs.
    for (const path of ['/bare', '/guarded'])
      this.#requests.set(
        path,
        authorizations.map((value) => requestBytes(path, value)),
      )
    this.#load = new Load(port, CONNECTIONS)
  }

  async round(path: '/bare' | '/guarded', durationMs: number): Promise<Round> {
    const requests = this.#requests.get(path) ?? []
    const beforeMicros = await this.#child.call<number>('cpuMicros')
    const result = await this.#load?.run({ durationMs, next: () => requests[this.#turn++ % requests.length] as Buffer })
    const afterMicros = await this.#child.call<number>('cpuMicros')
    if (result === undefined) throw new Error('not started')
    return { perSecond: result.perSecond, cpuMicros: (afterMicros - beforeMicros) / result.requests }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}

function requestBytes(path: string, authorization: string): Buffer {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Accept: application/json',
    'User-Agent: countersign-bench',
    `Authorization: ${authorization}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

async function measurePair(subject: Subject, round: number, roundMs: number): Promise<void> {
  const bareFirst = round % 2 === 0
  const first = await subject.round(bareFirst ? '/bare' : '/guarded', roundMs)
  const second = await subject.round(bareFirst ? '/guarded' : '/bare', roundMs)
  subject.pairs.push(bareFirst ? { bare: first, guarded: second } : { bare: second, guarded: first })
}

function rowOf({ framework, guard, pairs }: Subject): Row {
  const middle = (of: (pair: Subject['pairs'][number]) => number): number => median(pairs.map(of))
  return {
    label: `${framework}: ${guard}`,
    values: {
      barePerSecond: middle(({ bare }) => bare.perSecond),
      guardedPerSecond: middle(({ guarded }) => guarded.perSecond),
      kept: middle(({ bare, guarded }) => guarded.perSecond / bare.perSecond),
      bareCpuUs: middle(({ bare }) => bare.cpuMicros),
      guardedCpuUs: middle(({ guarded }) => guarded.cpuMicros),
      addedCpuUs: middle(({ bare, guarded }) => guarded.cpuMicros - bare.cpuMicros),
    },
  }
}

function tableOf(subjects: readonly Subject[]): Table {
  return {
    title: 'One JSON route, 32 connections, 100 tokens that were seen',
    columns: [
      { key: 'barePerSecond', heading: 'bare/s' },
      { key: 'guardedPerSecond', heading: 'guarded/s' },
      { key: 'kept', heading: 'kept', digits: 3 },
      { key: 'bareCpuUs', heading: 'bare CPU µs', digits: 2 },
      { key: 'guardedCpuUs', heading: 'guarded CPU µs', digits: 2 },
      { key: 'addedCpuUs', heading: 'added CPU µs', digits: 2 },
    ],
    rows: subjects.map(rowOf),
  }
}

function chosen(only: string | undefined): readonly [Framework, string][] {
  const all = Object.entries(guards) as [Framework, readonly string[]][]
  return all
    .flatMap(([framework, names]) => names.map((guard): [Framework, string] => [framework, guard]))
    .filter(([framework, guard]) => only === undefined || `${framework}: ${guard}`.includes(only))
}

async function measure(subjects: readonly Subject[], settings: Settings): Promise<void> {
  const { rounds, roundMs, warmUpMs } = settings.quick
    ? { rounds: 2, roundMs: 120, warmUpMs: 320 }
    : { rounds: 8, roundMs: 400, warmUpMs: 2000 }
  for (const subject of subjects) {
    settings.log(`middleware ${subject.framework}: ${subject.guard}: warming up …`)
    await subject.start()
    for (const path of ['/bare', '/guarded', '/bare', '/guarded'] as const) await subject.round(path, warmUpMs / 4)
  }
  for (let round = 0; round < rounds; round++) {
    settings.log(`middleware round ${round + 1} of ${rounds} …`)
    for (const subject of subjects) await measurePair(subject, round, roundMs)
  }
}

export const middleware: Bench = {
  title: 'requests a second and server CPU a request of one JSON route, bare and guarded',
  async run(settings) {
    await using stack = new AsyncDisposableStack()
    const subjects = chosen(settings.only).map(([framework, guard]) => stack.use(new Subject(framework, guard)))
    await measure(subjects, settings)
    return {
      tables: [tableOf(subjects)],
      notes: [
        'Each row is one server process with both routes; rounds of bare and guarded alternate, and "kept" and "added" are medians over neighbouring rounds, not differences of the medians.',
        'CPU is user and system time of the server process (all threads, garbage collection included), from the process itself. The load comes from another process, one request at a time on each connection.',
        'Countersign checks revocation and expiry each time; the others check expiry only. express-jwt, passport-jwt, hono/jwt and @fastify/jwt without cache verify the signature for each request: they have no memory of seen tokens.',
        'Both routes get the same Authorization header.',
      ],
    }
  },
}
