import { AuthError } from 'countersign/core'

/**
 * Lets a fixed number of expensive tasks run at a time and a fixed number wait, in order. What comes on top is refused
 * at once: it would only wait longer than its caller does.
 */
export class WorkQueue {
  readonly #concurrency: number
  readonly #maxWaiting: number
  readonly #waiting: Array<() => void> = []
  #running = 0

  constructor(concurrency: number, maxWaiting: number) {
    this.#concurrency = concurrency
    this.#maxWaiting = maxWaiting
  }

  /** @throws {AuthError} `overloaded` when too many wait already. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    await this.#enter()
    try {
      return await task()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++
      return
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new AuthError('overloaded', { queue: 'password', waiting: this.#waiting.length })
    // Whoever leaves hands its place over, so that nobody can slip in between.
    await new Promise<void>((enter) => this.#waiting.push(enter))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
