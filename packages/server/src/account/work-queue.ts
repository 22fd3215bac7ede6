import { AuthError, type Clock, systemClock } from 'countersign/core'

export interface WorkQueueOptions {
  /** For the log. */
  readonly name: string
  /** Tasks at a time. */
  readonly concurrency: number
  /** Callers that may wait for their turn. */
  readonly maxWaiting: number
  /** Nobody is let in to wait longer than this, as far as the last tasks tell. Default 2 seconds. */
  readonly maxWaitMs?: number
  readonly clock?: Clock
  /** Told when a task has got its turn, how long it waited. Answers with what is told when the task is over. Must not throw. */
  readonly onTurn?: TurnListener
}

export type TurnListener = (waitedMs: number) => (failed: boolean) => void

const DEFAULT_WAIT_MS = 2000
const unheard: TurnListener = () => () => undefined
/** What one task counts for in the average: the last ten or so decide. */
const WEIGHT = 0.1

/**
 * Lets a fixed number of expensive tasks run at a time and a fixed number wait, in order, and only for a bearable time. What comes on top
 * is refused at once: it would only wait longer than its caller does, and hold memory meanwhile.
 */
export class WorkQueue {
  readonly #options: Required<WorkQueueOptions>
  readonly #waiting: Array<() => void> = []
  #running = 0
  /** Of the last tasks. */
  #taskMs = 0

  constructor(options: WorkQueueOptions) {
    this.#options = { maxWaitMs: DEFAULT_WAIT_MS, clock: systemClock, onTurn: unheard, ...options }
  }

  /** @throws {AuthError} `overloaded` when too many wait already. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    const { clock, onTurn } = this.#options
    const askedAt = clock.monotonicMs()
    await this.#enter()
    const startedAt = clock.monotonicMs()
    const over = onTurn(startedAt - askedAt)
    let failed = true
    try {
      const result = await task()
      failed = false
      return result
    } finally {
      this.#taskMs += WEIGHT * (clock.monotonicMs() - startedAt - this.#taskMs)
      this.#leave()
      over(failed)
    }
  }

  /** How many run, and how many wait. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length }
  }

  /** Tells who would not be let in before they have cost anything. @throws {AuthError} `overloaded`. */
  requireRoom(): void {
    const { name, concurrency, maxWaiting, maxWaitMs } = this.#options
    const waiting = this.#waiting.length
    // The first in line is let in however slow the tasks are: there would be no second one otherwise.
    const waitMs = (waiting * this.#taskMs) / concurrency
    const isFull = this.#running >= concurrency && (waiting >= maxWaiting || waitMs > maxWaitMs)
    if (isFull) throw new AuthError('overloaded', { queue: name, waiting })
  }

  async #enter(): Promise<void> {
    this.requireRoom()
    if (this.#running < this.#options.concurrency) {
      this.#running++
      return
    }
    // Whoever leaves hands its place over, so that nobody can slip in between.
    await new Promise<void>((enter) => this.#waiting.push(enter))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
