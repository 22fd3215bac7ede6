import type { Bench, Row, Settings } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { HttpConnection } from '../harness/http-connection.ts'
import { exchange, httpRequest } from '../harness/http-request.ts'
import { rankTest } from '../harness/rank-test.ts'
import { median, percentile } from '../harness/statistics.ts'
import { addressOf, type SignInReady } from '../server/sign-in.ts'

const kinds = ['known', 'unknown', 'suspended'] as const
type Kind = (typeof kinds)[number]

/** Far from where anybody is throttled: sign-ins after five, mails to one address after five of all kinds. */
const TIMES_AN_ACCOUNT = 2

interface Question {
  readonly label: string
  readonly path: string
  readonly status: number
  body(email: string): object
}

const questions: readonly Question[] = [
  { label: 'sign-in', path: '/v1/sessions', status: 401, body: (email) => ({ email, password: 'wrong horse battery staple' }) },
  { label: 'password reset', path: '/v1/password-resets', status: 202, body: (email) => ({ email }) },
  { label: 'magic link', path: '/v1/magic-links', status: 202, body: (email) => ({ email }) },
]

type Times = Readonly<Record<Kind, number[]>>

/** Each round asks once for each kind, in an order that moves on: whatever drifts drifts for all. */
async function ask(question: Question, port: number, rounds: number, warmUp: number): Promise<Times> {
  const connection = await HttpConnection.open(port)
  const times: Times = { known: [], unknown: [], suspended: [] }
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(turn + round + warmUp) % kinds.length] ?? 'known'
      const email = addressOf(kind, Math.floor((round + warmUp) / TIMES_AN_ACCOUNT))
      const from = `203.${(round + warmUp) >> 8}.${turn}.${(round + warmUp) & 255}`
      const request = httpRequest('POST', question.path, { 'X-Forwarded-For': from }, question.body(email))
      const startMs = performance.now()
      const { status, body } = await exchange(connection, request)
      if (round >= 0) times[kind].push(performance.now() - startMs)
      if (status !== question.status) throw new Error(`${question.label} was answered ${status}: ${body.toString('utf8')}`)
    }
  }
  connection.close()
  return times
}

function rowOf(label: string, kind: Kind, times: Times): Row {
  const p = kind === 'unknown' ? undefined : rankTest(times[kind], times.unknown)
  return {
    label: `${label}, ${kind}`,
    values: {
      medianMs: median(times[kind]),
      p95Ms: percentile(times[kind], 0.95),
      p,
      verdict: p === undefined ? undefined : p > 0.01 ? 'no difference' : 'DIFFERENT',
    },
  }
}

async function measure(settings: Settings, folder: string): Promise<readonly Row[]> {
  const [rounds, warmUp] = settings.quick ? [20, 4] : [500, 20]
  const people = Math.ceil((rounds + warmUp) / TIMES_AN_ACCOUNT)
  await using child = new Child(new URL('../server/sign-in.ts', import.meta.url))
  settings.log(`enumeration: making ${2 * people} accounts …`)
  const { port } = await child.call<SignInReady>('start', { folder, people, suspended: people, sessions: 0 })
  const rows: Row[] = []
  for (const question of questions) {
    settings.log(`enumeration: ${question.label}, ${rounds} rounds …`)
    const times = await ask(question, port, rounds, warmUp)
    rows.push(...kinds.map((kind) => rowOf(question.label, kind, times)))
  }
  return rows
}

export const enumeration: Bench = {
  title: 'the time to answer for known, unknown and suspended accounts',
  async run(settings) {
    using folder = new TemporaryFolder()
    const columns = [
      { key: 'medianMs', heading: 'median ms', digits: 3 },
      { key: 'p95Ms', heading: 'p95 ms', digits: 3 },
      { key: 'p', heading: 'p against unknown', digits: 3 },
      { key: 'verdict', heading: 'verdict' },
    ]
    return {
      tables: [{ title: 'Requests one after the other, interleaved', columns, rows: await measure(settings, folder.path) }],
      notes: [
        'p: Mann-Whitney, two-sided: how likely two samples of one distribution differ so much. Below 0.01 somebody could tell accounts by time.',
        'A server of its own with argon2id at its default cost; each account is asked for twice, from ever new addresses, so that nothing waits.',
      ],
    }
  },
}
