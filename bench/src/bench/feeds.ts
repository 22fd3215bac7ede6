import { mkdirSync } from 'node:fs'
import { startNats } from '../../../test/service/nats.ts'
import { startRedis } from '../../../test/service/redis.ts'
import type { Bench, Row, Settings } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { machineMs } from '../harness/machine-clock.ts'
import { percentile } from '../harness/statistics.ts'
import type { RevocationReady } from '../server/countersign.ts'
import type { FeedVerifierRequest } from '../server/feed-verifier.ts'
import type { Way, WayName } from '../server/way.ts'
import { Operator } from '../subject/operator.ts'

const ways: readonly WayName[] = ['sse', 'redis', 'nats']
/** Trials that count for nothing: nobody's code is warm yet. */
const warmUp = (quick: boolean): number => (quick ? 5 : 30)
/** Between two trials, so that each finds the machine at rest. */
const REST_MS = 5

const rest = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, REST_MS))
/** A machine that starts them all at once is busy with that for longer than they are ready to wait. */
const AT_ONCE = 4

async function processes(count: number, file: string, method: string, argument: unknown, stack: AsyncDisposableStack): Promise<Child[]> {
  const started: Child[] = []
  while (started.length < count) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - started.length) }, () =>
      stack.use(new Child(new URL(file, import.meta.url))),
    )
    await all(next, method, argument)
    started.push(...next)
  }
  return started
}

const all = <Result>(children: readonly Child[], method: string, argument?: unknown): Promise<Result[]> =>
  Promise.all(children.map((child) => child.call<Result>(method, argument)))

/** From handing a message to the bare transport to its arrival in each of the processes. */
async function measureRaw(way: Way, count: number, trials: number, warmUpTrials: number): Promise<readonly number[]> {
  await using stack = new AsyncDisposableStack()
  const sender = stack.use(new Child(new URL('../server/raw-process.ts', import.meta.url)))
  const url = await sender.call<string>('sendOn', way)
  const readers = await processes(count, '../server/raw-process.ts', 'readFrom', { ...way, url }, stack)
  const sample: number[] = []
  for (let trial = 0; trial < trials; trial++) {
    await all(readers, 'expect')
    const sentMs = await sender.call<number>('send')
    const heard = await all<number>(readers, 'message')
    if (trial >= warmUpTrials) sample.push(...heard.map((heardMs) => heardMs - sentMs))
    await rest()
  }
  return sample
}

interface Sample {
  /** From sending the revocation to its acknowledgement. */
  readonly acknowledgedMs: number[]
  /** For each verifier, from the acknowledgement to its refusal; negative when it refused before that. */
  readonly refusedMs: number[]
}

async function measureFeed(way: Way, count: number, trials: number, warmUpTrials: number, folder: string): Promise<Sample> {
  await using stack = new AsyncDisposableStack()
  mkdirSync(folder)
  const server = stack.use(new Child(new URL('../server/countersign.ts', import.meta.url)))
  const feed = way.name === 'sse' ? 'sse' : way.url
  const ready = await server.call<RevocationReady>('startForRevocation', { sessions: trials, folder, feed })
  const request: FeedVerifierRequest = { issuer: ready.issuer, audience: ready.audience, credential: ready.credential, way }
  const verifiers = await processes(count, '../server/feed-verifier.ts', 'start', request, stack)
  const operator = stack.adopt(await Operator.connect(ready.port, ready.operatorToken), (each) => each.close())
  const sample: Sample = { acknowledgedMs: [], refusedMs: [] }
  for (const [trial, session] of ready.sessions.entries()) {
    await all(verifiers, 'watch', session.accessToken)
    const sentMs = machineMs()
    await operator.revoke(session.id)
    const doneMs = machineMs()
    const refused = await all<number>(verifiers, 'refusal')
    if (trial >= warmUpTrials) {
      sample.acknowledgedMs.push(doneMs - sentMs)
      sample.refusedMs.push(...refused.map((refusedMs) => refusedMs - doneMs))
    }
    await rest()
  }
  return sample
}

async function measure(way: Way, count: number, folder: string, { quick, log }: Settings): Promise<Row> {
  const trials = quick ? 15 : 200
  log(`feeds ${way.name}: ${count} verifiers, ${trials} trials …`)
  const cold = warmUp(quick)
  const raw = await measureRaw(way, count, trials + cold, cold)
  const { acknowledgedMs, refusedMs } = await measureFeed(way, count, trials + cold, cold, `${folder}/${way.name}-${count}`)
  const [rawP99Ms, p99Ms] = [percentile(raw, 0.99), percentile(refusedMs, 0.99)]
  return {
    label: labelOf(way.name, count),
    values: {
      trials,
      acknowledgedP50Ms: percentile(acknowledgedMs, 0.5),
      p50Ms: percentile(refusedMs, 0.5),
      p99Ms,
      rawP50Ms: percentile(raw, 0.5),
      rawP99Ms,
      timesRaw: p99Ms / rawP99Ms,
    },
  }
}

const labelOf = (way: WayName, count: number): string => `${way}, ${count} processes`

export const feeds: Bench = {
  title: 'from the acknowledgement of a revocation to its refusal by other processes, over each feed',
  async run(settings) {
    using folder = new TemporaryFolder()
    await using redis = await startRedis()
    await using nats = await startNats()
    const places: Readonly<Record<WayName, string>> = { sse: '', redis: redis.url, nats: nats.url }
    const rows: Row[] = []
    for (const count of settings.full ? [8, 32] : [8]) {
      for (const name of ways) {
        if (settings.only !== undefined && !labelOf(name, count).includes(settings.only)) continue
        rows.push(await measure({ name, url: places[name] }, count, folder.path, settings))
        await redis.command('FLUSHALL')
        for (const stream of name === 'nats' ? ['raw', 'countersign-feed'] : []) await nats.deleteStream(stream)
      }
    }
    return {
      tables: [
        {
          title: 'POST /v1/revocations of a session, answered 201, to the refusal in every process',
          columns: [
            { key: 'trials', heading: 'trials' },
            { key: 'acknowledgedP50Ms', heading: 'POST p50 ms', digits: 2 },
            { key: 'p50Ms', heading: 'refused p50', digits: 2 },
            { key: 'p99Ms', heading: 'p99', digits: 2 },
            { key: 'rawP50Ms', heading: 'bare p50', digits: 2 },
            { key: 'rawP99Ms', heading: 'p99', digits: 2 },
            { key: 'timesRaw', heading: 'p99 : bare p99', digits: 1 },
          ],
          rows,
        },
      ],
      notes: [
        'Milliseconds, one clock for all processes (CLOCK_MONOTONIC). The broker, the server, each verifier and the asker are processes of their own on one machine; SQLite with synchronous=FULL.',
        'Refused: every verifier in every trial, each looking at its token when the log has moved. Below zero: refused before the operator had the answer.',
        'Bare: 700 bytes over the same transport with nothing of ours on it (a plain event stream, XADD and XREAD, a JetStream publication and consumer), from handing over to arrival, as many readers, in the same run.',
      ],
    }
  },
}
