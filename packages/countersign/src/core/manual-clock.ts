import type { Cancel, Clock, EpochMs } from './platform.ts'

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly task: () => void
}

/** A clock that only moves when told to. Timers run, in order, inside `advance`. */
export class ManualClock implements Clock {
  #wall: EpochMs
  #monotonic = 0
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(start: EpochMs) {
    this.#wall = start
  }

  /** Whole milliseconds, as the system's clock gives them, also when a timer was due between two. */
  now(): EpochMs {
    return Math.floor(this.#wall)
  }

  monotonicMs(): number {
    return this.#monotonic
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer = { dueMs: this.#monotonic + delayMs, order: this.#order++, task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Moves both clocks forward, running each timer at its own moment. */
  advance(byMs: number): void {
    const endMs = this.#monotonic + byMs
    for (let next = this.#dueBy(endMs); next !== undefined; next = this.#dueBy(endMs)) {
      this.#timers.delete(next)
      this.#moveTo(Math.max(next.dueMs, this.#monotonic))
      next.task()
    }
    this.#moveTo(endMs)
  }

  /** Steps the wall clock alone, as a time server does. */
  stepWall(byMs: number): void {
    this.#wall += byMs
  }

  #moveTo(monotonicMs: number): void {
    this.#wall += monotonicMs - this.#monotonic
    this.#monotonic = monotonicMs
  }

  #dueBy(endMs: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue
      if (first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order)) first = timer
    }
    return first
  }
}
