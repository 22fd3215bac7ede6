import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { httpRequest } from '../harness/http-request.ts'
import { Load } from '../harness/load.ts'
import { median } from '../harness/statistics.ts'
import { answers, type Forwarder, type ForwardReady, type ForwardRequest, forwarders, packageOf } from '../server/forward.ts'

const CONNECTIONS = 32

interface Round {
  readonly perSecond: number
  readonly cpuMicros: number
}

/** One forwarder in a process of its own. */
class Subject implements AsyncDisposable {
  readonly forwarder: Forwarder
  readonly rounds = new Map<string, Round[]>()
  readonly #child = new Child(new URL('../server/forward-proxy.ts', import.meta.url), { NODE_ENV: 'production' })
  #load: Load | undefined
  #cookie: string | undefined

  constructor(forwarder: Forwarder) {
    this.forwarder = forwarder
  }

  async start(upstream: string): Promise<void> {
    const request: ForwardRequest = { forwarder: this.forwarder, upstream }
    const { port, cookie } = await this.#child.call<ForwardReady>('start', request)
    this.#load = new Load(port, CONNECTIONS)
    this.#cookie = cookie
  }

  /** All get the same headers, so that the cookie is not what is measured. */
  async round(path: string, durationMs: number, cookie: string): Promise<Round> {
    const headers = { Accept: 'application/json', 'Accept-Language': 'en', Cookie: this.#cookie ?? cookie, 'Sec-Fetch-Site': 'same-origin' }
    const bytes = httpRequest('GET', `/api${path}`, headers)
    const before = await this.#child.call<number>('cpuMicros')
    const result = await this.#load?.run({ durationMs, next: () => bytes })
    const after = await this.#child.call<number>('cpuMicros')
    if (result === undefined) throw new Error('not started')
    return { perSecond: result.perSecond, cpuMicros: (after - before) / result.requests }
  }

  get cookie(): string | undefined {
    return this.#cookie
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}

function isInstalled(name: string | undefined): boolean {
  if (name === undefined) return true
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

async function measure(subjects: readonly Subject[], { quick, log }: Settings): Promise<void> {
  const { rounds, roundMs } = quick ? { rounds: 2, roundMs: 150 } : { rounds: 9, roundMs: 600 }
  const cookie = subjects.map((subject) => subject.cookie).find((each) => each !== undefined) ?? 'a=b'
  for (const path of Object.keys(answers)) {
    for (const subject of subjects) await subject.round(path, roundMs * 2, cookie)
    for (let round = 0; round < rounds; round++) {
      log(`bff ${path} round ${round + 1} of ${rounds} …`)
      const order = [...subjects.slice(round % subjects.length), ...subjects.slice(0, round % subjects.length)]
      for (const subject of order) {
        const known = subject.rounds.get(path) ?? []
        subject.rounds.set(path, [...known, await subject.round(path, roundMs, cookie)])
      }
    }
  }
}

function tableOf(path: string, subjects: readonly Subject[]): Table {
  const roundsOf = (subject: Subject): readonly Round[] => subject.rounds.get(path) ?? []
  const others = subjects.filter(({ forwarder }) => packageOf[forwarder] !== undefined)
  // Round by round beside the faster of the others in that round.
  const ratio = (subject: Subject): number | undefined =>
    others.length === 0
      ? undefined
      : median(
          roundsOf(subject).map(({ perSecond }, at) => perSecond / Math.max(...others.map((other) => roundsOf(other)[at]?.perSecond ?? 0))),
        )
  const rowOf = (subject: Subject): Row => ({
    label: subject.forwarder,
    values: {
      perSecond: median(roundsOf(subject).map(({ perSecond }) => perSecond)),
      ratio: ratio(subject),
      cpuUs: median(roundsOf(subject).map(({ cpuMicros }) => cpuMicros)),
    },
  })
  return {
    title: `GET, ${(answers[path] ?? 0) / 1024} KiB, ${CONNECTIONS} connections`,
    columns: [
      { key: 'perSecond', heading: 'requests/s' },
      { key: 'ratio', heading: 'of the faster other', digits: 2 },
      { key: 'cpuUs', heading: 'CPU µs', digits: 1 },
    ],
    rows: subjects.map(rowOf),
  }
}

export const bff: Bench = {
  title: 'requests a second through a backend for the browser, beside forwarders that add nothing',
  async run(settings) {
    await using stack = new AsyncDisposableStack()
    const missing = forwarders.filter((forwarder) => !isInstalled(packageOf[forwarder]))
    const chosen = forwarders.filter((each) => !missing.includes(each) && (settings.only === undefined || each.includes(settings.only)))
    const service = stack.use(new Child(new URL('../server/forward-upstream.ts', import.meta.url)))
    const upstream = await service.call<string>('start')
    const subjects = chosen.map((forwarder) => stack.use(new Subject(forwarder)))
    for (const subject of subjects) await subject.start(upstream)
    await measure(subjects, settings)
    return {
      tables: Object.keys(answers).map((path) => tableOf(path, subjects)),
      notes: [
        'Each forwarder is a process of its own, before the same service; they take turns, and the load comes from another process. All get the same request, with the cookie.',
        'countersign/bff opens the cookie, looks at the times of the session, adds the token, and takes cookies, forged addresses and what belongs to one connection off both messages. The others add X-Forwarded headers at most.',
        'http-proxy-middleware stands on node:http with an agent that keeps connections; @fastify/http-proxy brings undici.',
        ...missing.map((each) => `${each} is not installed here.`),
      ],
    }
  },
}
