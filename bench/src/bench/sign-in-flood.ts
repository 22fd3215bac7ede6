import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { HttpConnection, type HttpReply } from '../harness/http-connection.ts'
import { exchange, httpRequest } from '../harness/http-request.ts'
import { percentile } from '../harness/statistics.ts'
import { addressOf, type Memory, PASSWORD, type SignInReady } from '../server/sign-in.ts'

const SIGN_INS_A_SECOND = 200
/** Each route is watched over several connections, each at an easy pace: what waits for the answer before it is not measured. */
const WATCHERS = 5
const PROBES_A_SECOND = 10
const PEOPLE = 100

/** What has nothing to do with passwords, and must not feel that somebody floods them. */
interface Probe {
  readonly label: string
  next(): Buffer
  heard?(reply: HttpReply): void
}

function probesOf({ accessToken, refreshToken: firstToken }: SignInReady['sessions'][number]): readonly Probe[] {
  let refreshToken = firstToken
  const authorization = `Bearer ${accessToken}`
  return [
    { label: 'GET /healthz', next: () => httpRequest('GET', '/healthz', {}) },
    { label: 'GET /v1/me (token verified)', next: () => httpRequest('GET', '/v1/me', { Authorization: authorization }) },
    {
      label: 'POST /v1/sessions/refresh (on the disk)',
      next: () => httpRequest('POST', '/v1/sessions/refresh', {}, { refresh_token: refreshToken }),
      heard: (reply) => {
        refreshToken = JSON.parse(reply.body.toString('utf8')).refresh_token
      },
    },
  ]
}

/** Asks at an even pace, each time counted from when it was to be asked: one slow answer does not hide those behind it. */
async function watch(probe: Probe, port: number, durationMs: number, latenciesMs: number[]): Promise<void> {
  const connection = await HttpConnection.open(port)
  const startMs = performance.now()
  for (let count = 0; ; count++) {
    const dueMs = startMs + (count * 1000) / PROBES_A_SECOND
    if (dueMs > startMs + durationMs) break
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    // Timers are coarse: what they are late is not the server's.
    const askedMs = waitMs > 0 ? performance.now() : dueMs
    const reply = await exchange(connection, probe.next())
    latenciesMs.push(performance.now() - askedMs)
    if (reply.status !== 200) throw new Error(`${probe.label} was answered ${reply.status}`)
    probe.heard?.(reply)
  }
  connection.close()
}

interface Flood {
  readonly statuses: Map<number, number>
  readonly signedInMs: number[]
  readonly refusedMs: number[]
}

/** Sign-ins come in whether or not those before them were answered, each from an address of its own. */
async function flood(port: number, durationMs: number): Promise<Flood> {
  const result: Flood = { statuses: new Map(), signedInMs: [], refusedMs: [] }
  const idle: HttpConnection[] = []
  const underWay = new Set<Promise<void>>()
  const startMs = performance.now()
  for (let count = 0; ; count++) {
    const dueMs = startMs + (count * 1000) / SIGN_INS_A_SECOND
    if (dueMs > startMs + durationMs) break
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const asked = signIn(count, idle.pop() ?? (await HttpConnection.open(port)), idle, result)
    underWay.add(asked)
    void asked.finally(() => underWay.delete(asked)).catch(() => undefined)
  }
  await Promise.all(underWay)
  for (const connection of idle) connection.close()
  return result
}

async function signIn(
  count: number,
  connection: HttpConnection,
  idle: HttpConnection[],
  { statuses, signedInMs, refusedMs }: Flood,
): Promise<void> {
  const from = `203.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`
  const body = { email: addressOf('known', count % PEOPLE), password: PASSWORD }
  const startMs = performance.now()
  const reply = await exchange(connection, httpRequest('POST', '/v1/sessions', { 'X-Forwarded-For': from }, body))
  idle.push(connection)
  const tookMs = performance.now() - startMs
  statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
  if (reply.status === 201) signedInMs.push(tookMs)
  else refusedMs.push(tookMs)
  if (reply.status === 503 && !/\r\nretry-after: *\d+/i.test(reply.head)) throw new Error('a 503 without Retry-After')
}

const times = (latencies: readonly number[]): Row['values'] =>
  latencies.length === 0 ? {} : { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), maxMs: percentile(latencies, 1) }

const MIB = 2 ** 20
const mib = ({ rssBytes, heapBytes }: Memory): Row['values'] => ({ rssMib: rssBytes / MIB, heapMib: heapBytes / MIB })

const timeColumns: Table['columns'] = [
  { key: 'count', heading: 'answers' },
  { key: 'p50Ms', heading: 'p50 ms', digits: 2 },
  { key: 'p99Ms', heading: 'p99 ms', digits: 2 },
  { key: 'maxMs', heading: 'longest ms', digits: 1 },
]

async function measure(settings: Settings, folder: string): Promise<readonly Table[]> {
  const [quietMs, floodMs] = settings.quick ? [1000, 3000] : [5000, 30_000]
  await using child = new Child(new URL('../server/sign-in.ts', import.meta.url))
  settings.log(`sign-in-flood: making ${PEOPLE} accounts …`)
  const ready = await child.call<SignInReady>('start', { folder, people: PEOPLE, suspended: 0, sessions: WATCHERS })
  const watchers = ready.sessions.map(probesOf)
  const watchAll = async (durationMs: number): Promise<ReadonlyMap<string, number[]>> => {
    const latencies = new Map<string, number[]>()
    const watching = watchers.flat().map((probe) => {
      const of = latencies.get(probe.label) ?? []
      latencies.set(probe.label, of)
      return watch(probe, ready.port, durationMs, of)
    })
    await Promise.all(watching)
    return latencies
  }
  await watchAll(1000)
  const quiet = await watchAll(quietMs)
  settings.log(`sign-in-flood: ${SIGN_INS_A_SECOND} a second for ${floodMs / 1000} s …`)
  // Its first third fills the queue, the caches and the heap.
  await flood(ready.port, floodMs / 3)
  const memoryBefore = await child.call<Memory>('memory')
  const [flooded, answered] = await Promise.all([watchAll(floodMs), flood(ready.port, floodMs)])
  const memoryAfter = await child.call<Memory>('memory')
  const probeRows = (name: string, latencies: ReadonlyMap<string, number[]>): readonly Row[] =>
    [...latencies].map(([label, of]) => ({ label: `${label}, ${name}`, values: { count: of.length, ...times(of) } }))
  const refused = [...answered.statuses].filter(([status]) => status !== 201).map(([status, count]) => `${count} × ${status}`)
  return [
    { title: 'Beside the flood', columns: timeColumns, rows: [...probeRows('quiet', quiet), ...probeRows('flooded', flooded)] },
    {
      title: `${SIGN_INS_A_SECOND} sign-ins a second`,
      columns: timeColumns,
      rows: [
        { label: 'signed in (201)', values: { count: answered.signedInMs.length, ...times(answered.signedInMs) } },
        { label: `refused (${refused.join(', ')})`, values: { count: answered.refusedMs.length, ...times(answered.refusedMs) } },
      ],
    },
    {
      title: 'Memory of the server',
      columns: [
        { key: 'rssMib', heading: 'RSS MiB', digits: 0 },
        { key: 'heapMib', heading: 'heap MiB', digits: 0 },
      ],
      rows: [
        { label: 'after the first third', values: mib(memoryBefore) },
        { label: 'at the end', values: mib(memoryAfter) },
      ],
    },
  ]
}

export const signInFlood: Bench = {
  title: 'what everybody else feels while sign-ins flood a server',
  async run(settings) {
    using folder = new TemporaryFolder()
    const tables = await measure(settings, folder.path)
    const warning = folder.inMemory ? ['THE DATABASE LAY IN MEMORY (tmpfs): set TMPDIR to a folder on a disk.'] : []
    return {
      tables,
      notes: [
        ...warning,
        'One server process with argon2id at its default cost; passwords are right, each from an address of its own, so that only the queue refuses.',
        `The load comes from this process, on the same cores. Each route is asked ${PROBES_A_SECOND * WATCHERS} times a second.`,
      ],
    }
  },
}
