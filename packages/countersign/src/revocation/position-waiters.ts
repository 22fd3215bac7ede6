import type { Cancel, Clock } from '../core/index.ts'
import type { Position } from './position.ts'

interface Waiter {
  readonly position: Position
  readonly settle: (reached: boolean) => void
}

const MAX_WAITERS = 1024

/** Requests that wait for the replica to reach a position. Bounded: one too many hears "no" at once. */
export class PositionWaiters {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  wait(position: Position, timeoutMs: number): Promise<boolean> {
    if (this.#waiters.size >= MAX_WAITERS) return Promise.resolve(false)
    return new Promise((resolve) => {
      let cancelTimer: Cancel = () => undefined
      const waiter: Waiter = {
        position,
        settle: (reached) => {
          this.#waiters.delete(waiter)
          cancelTimer()
          resolve(reached)
        },
      }
      this.#waiters.add(waiter)
      cancelTimer = this.#clock.after(timeoutMs, () => waiter.settle(false))
    })
  }

  reached(position: Position): void {
    for (const waiter of this.#waiters) if (waiter.position <= position) waiter.settle(true)
  }

  /** Everybody hears "no". */
  close(): void {
    for (const waiter of this.#waiters) waiter.settle(false)
  }
}
