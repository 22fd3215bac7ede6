import type { Cancel, Platform } from 'countersign/core'
import { type BackOff, pauseAfter } from './back-off.ts'
import type { DeliveryStore, Destination, Job } from './delivery-store.ts'

/** What became of one attempt. `refused`: the receiver does not want it, and would not want it later. */
export type Outcome =
  /** `kept`: what to note where it is kept on file. Absent: it leaves no trace. */
  | { readonly state: 'delivered'; readonly kept?: string }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'refused'; readonly problem: string }

/** Carries the jobs of one kind of destination. */
export interface Courier {
  readonly kind: string
  /** How many jobs of one destination are on their way at once, over all servers; with 1 they arrive in order. */
  readonly window: number
  /** How many jobs this server has under way at once. Default 64. */
  readonly atOnce?: number
  /** Of these how many to one destination, about, so that one that answers slowly does not hold up all others. Default: no limit. */
  readonly each?: number
  readonly backOff: BackOff
  /** Must come to an end within ten seconds. What it throws counts as failed. */
  deliver(job: Job, destination: Destination, signal: AbortSignal): Promise<Outcome>
}

export interface DeliveryWorkerOptions {
  readonly store: DeliveryStore
  readonly couriers: readonly Courier[]
  readonly platform: Platform
  /** Told of every attempt that did not deliver. Must not throw. */
  readonly onTrouble?: (job: Job, outcome: Outcome) => void
  /** Told of every attempt that has come to an end. Must not throw. */
  readonly onAttempt?: (kind: string, state: Outcome['state']) => void
  /** Told when the queue cannot be read or written. The next turn tries again. */
  readonly onFailure?: (error: unknown) => void
}

const TURN_MS = 1000
/** Twice what an attempt may last: a job that is still on its way is hardly ever given to another. */
const LEASE_MS = 20_000
const MAX_UNDER_WAY = 64

/**
 * Delivers what is in the queue, at least once: a job leaves it when its receiver has taken it and not before, so that whatever dies in between only
 * repeats. Any number of servers may each run one on the same database.
 */
export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions
  readonly #stopping = new AbortController()
  readonly #underWay = new Map<Courier, Map<Promise<void>, string>>()
  readonly #claiming = new Map<Courier, { again: boolean }>()
  #cancelTurn: Cancel = () => undefined

  constructor(options: DeliveryWorkerOptions) {
    this.#options = options
  }

  start(): void {
    this.wake()
    this.#cancelTurn = this.#options.platform.clock.after(TURN_MS, () => this.start())
  }

  /** There may be something to deliver. */
  wake(): void {
    for (const courier of this.#options.couriers) void this.#turn(courier)
  }

  /** Breaks off what is under way, so that another server can take it at once. */
  async stop(): Promise<void> {
    this.#cancelTurn()
    this.#stopping.abort()
    await Promise.all([...this.#underWay.values()].flatMap((attempts) => [...attempts.keys()]))
  }

  async #turn(courier: Courier): Promise<void> {
    const running = this.#claiming.get(courier)
    if (running !== undefined) {
      running.again = true
      return
    }
    const turn = { again: true }
    this.#claiming.set(courier, turn)
    try {
      while (turn.again && !this.#stopping.signal.aborted) {
        turn.again = false
        await this.#claim(courier)
      }
    } catch (error) {
      this.#options.onFailure?.(error)
    } finally {
      this.#claiming.delete(courier)
    }
  }

  async #claim(courier: Courier): Promise<void> {
    const { store, platform } = this.#options
    const attempts = this.#underWay.get(courier) ?? new Map<Promise<void>, string>()
    this.#underWay.set(courier, attempts)
    const limit = (courier.atOnce ?? MAX_UNDER_WAY) - attempts.size
    if (limit <= 0) return
    const now = platform.clock.now()
    const { kind, window, each } = courier
    const share = each === undefined ? {} : { each, except: busy(attempts.values(), each) }
    const jobs = await store.claim({ kind, now, leaseUntil: now + LEASE_MS, window, limit, ...share })
    const destinations = new Map<string, Promise<Destination | undefined>>()
    for (const job of jobs) {
      const destination = destinations.get(job.destination) ?? store.find(job.destination)
      destinations.set(job.destination, destination)
      const attempt = this.#attempt(courier, job, destination).catch((error: unknown) => this.#options.onFailure?.(error))
      attempts.set(attempt, job.destination)
      void attempt.then(() => {
        attempts.delete(attempt)
        void this.#turn(courier)
      })
    }
  }

  async #attempt(courier: Courier, job: Job, found: Promise<Destination | undefined>): Promise<void> {
    const { store, platform, onTrouble, onAttempt } = this.#options
    const destination = await found
    // Removed since: its jobs went with it.
    if (destination === undefined) return
    const outcome = await this.#deliver(courier, job, destination)
    const now = platform.clock.now()
    if (!this.#stopping.signal.aborted || outcome.state === 'delivered') onAttempt?.(courier.kind, outcome.state)
    if (outcome.state === 'delivered') {
      return void (await (outcome.kept === undefined ? store.complete(job) : store.keep(job, now, outcome.kept)))
    }
    if (this.#stopping.signal.aborted) return void (await store.postpone(job, now, outcome.problem))
    onTrouble?.(job, outcome)
    if (outcome.state === 'refused') await store.bury(job, now, outcome.problem)
    else await store.postpone(job, now + pauseAfter(job.attempt, courier.backOff, platform.random), outcome.problem)
  }

  async #deliver(courier: Courier, job: Job, destination: Destination): Promise<Outcome> {
    try {
      return await courier.deliver(job, destination, this.#stopping.signal)
    } catch (error) {
      return { state: 'failed', problem: error instanceof Error ? error.message.slice(0, 200) : 'failed' }
    }
  }
}

/** The destinations that have their share already. */
function busy(underWay: Iterable<string>, each: number): readonly string[] {
  const counts = new Map<string, number>()
  for (const destination of underWay) counts.set(destination, (counts.get(destination) ?? 0) + 1)
  return [...counts].filter(([, count]) => count >= each).map(([destination]) => destination)
}
