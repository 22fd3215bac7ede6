import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { Bench, Row, Settings } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { machineMs } from '../harness/machine-clock.ts'
import { percentile } from '../harness/statistics.ts'
import type { RevocationReady, RevocationSession } from '../server/countersign.ts'
import type { VerifierRequest, WatchRequest } from '../server/verifier.ts'
import { Operator } from '../subject/operator.ts'

const verifierCounts = [1, 8]
/** A refusal that takes longer is a failure, not a sample. */
const PATIENCE_MS = 5000

interface Trial {
  /** From sending the revocation to its acknowledgement. */
  readonly acknowledgedMs: number
  /** For each verifier, from the acknowledgement to its first refusal; negative when it refused before that. */
  readonly refusedMs: readonly number[]
}

class Scene implements AsyncDisposable {
  readonly ready: RevocationReady
  readonly verifiers: readonly Child[]
  readonly #operator: Operator
  readonly #stack: AsyncDisposableStack

  private constructor(ready: RevocationReady, verifiers: readonly Child[], operator: Operator, stack: AsyncDisposableStack) {
    this.ready = ready
    this.verifiers = verifiers
    this.#operator = operator
    this.#stack = stack
  }

  static async open(count: number, trials: number, folder: string): Promise<Scene> {
    const stack = new AsyncDisposableStack()
    mkdirSync(folder)
    const server = stack.use(new Child(new URL('../server/countersign.ts', import.meta.url)))
    const ready = await server.call<RevocationReady>('startForRevocation', { sessions: trials, folder })
    const verifiers = Array.from({ length: count }, () => stack.use(new Child(new URL('../server/verifier.ts', import.meta.url))))
    const request: VerifierRequest = ready
    await Promise.all(verifiers.map((verifier) => verifier.call('start', request)))
    const operator = stack.adopt(await Operator.connect(ready.port, ready.operatorToken), (each) => each.close())
    return new Scene(ready, verifiers, operator, stack)
  }

  async trial(session: RevocationSession, pause: WatchRequest['pause']): Promise<Trial> {
    const watched: WatchRequest = { authorization: `Bearer ${session.accessToken}`, pause }
    await Promise.all(this.verifiers.map((verifier) => verifier.call('watch', watched)))
    const sentMs = machineMs()
    await this.#operator.revoke(session.id)
    const acknowledgedMs = machineMs()
    const refusals = await withPatience(Promise.all(this.verifiers.map((verifier) => verifier.call<number>('refusal'))))
    return { acknowledgedMs: acknowledgedMs - sentMs, refusedMs: refusals.map((atMs) => atMs - acknowledgedMs) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

async function withPatience<T>(refusals: Promise<T>): Promise<T> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS)
  try {
    const late = once(abort.signal, 'abort').then(() => Promise.reject(new Error(`a verifier still accepted after ${PATIENCE_MS} ms`)))
    return await Promise.race([refusals, late])
  } finally {
    clearTimeout(timer)
  }
}

const labelOf = (count: number): string => `${count} verifier process${count === 1 ? '' : 'es'}`

async function measure(count: number, folder: string, settings: Settings): Promise<Row> {
  const trials = settings.quick ? 15 : 200
  settings.log(`revoke ${count} verifier(s): starting, ${trials} sign-ins …`)
  await using scene = await Scene.open(count, trials, `${folder}/${count}`)
  settings.log(`revoke ${count} verifier(s): measuring …`)
  const pause = count === 1 ? 'none' : 'millisecond'
  const done: Trial[] = []
  for (const session of scene.ready.sessions) done.push(await scene.trial(session, pause))
  const each = done.flatMap(({ refusedMs }) => refusedMs)
  const last = done.map(({ refusedMs }) => Math.max(...refusedMs))
  return {
    label: labelOf(count),
    values: {
      trials,
      acknowledgedP50Ms: percentile(
        done.map(({ acknowledgedMs }) => acknowledgedMs),
        0.5,
      ),
      p50Ms: percentile(each, 0.5),
      p99Ms: percentile(each, 0.99),
      lastP50Ms: percentile(last, 0.5),
      lastP99Ms: percentile(last, 0.99),
      slowestMs: Math.max(...last),
    },
  }
}

export const revoke: Bench = {
  title: 'from the acknowledgement of a revocation to its refusal by other processes, over SSE',
  async run(settings) {
    using folder = new TemporaryFolder()
    const rows: Row[] = []
    for (const count of verifierCounts) {
      if (settings.only === undefined || labelOf(count).includes(settings.only)) rows.push(await measure(count, folder.path, settings))
    }
    return {
      tables: [
        {
          title: 'POST /v1/revocations of a session, answered 201, to the first refusal',
          columns: [
            { key: 'trials', heading: 'trials' },
            { key: 'acknowledgedP50Ms', heading: 'POST p50 ms', digits: 2 },
            { key: 'p50Ms', heading: 'each p50', digits: 2 },
            { key: 'p99Ms', heading: 'each p99', digits: 2 },
            { key: 'lastP50Ms', heading: 'last p50', digits: 2 },
            { key: 'lastP99Ms', heading: 'last p99', digits: 2 },
            { key: 'slowestMs', heading: 'slowest', digits: 2 },
          ],
          rows,
        },
      ],
      notes: [
        'Milliseconds, one clock for all processes (CLOCK_MONOTONIC). Server, verifiers and the asker are separate processes; the database is SQLite with synchronous=FULL.',
        '"each": every verifier in every trial; "last": the slowest verifier of each trial, which is when the token is dead everywhere. Below zero: refused before the operator had the answer.',
        'One verifier asks itself without a pause; eight ask once a millisecond, since eight busy loops would only measure who gets a processor. That adds up to a millisecond.',
      ],
    }
  },
}
