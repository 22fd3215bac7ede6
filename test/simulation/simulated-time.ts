import { setImmediate as turn } from 'node:timers/promises'
import type { Cancel, Clock, EpochMs } from 'countersign/core'

interface Timer {
  readonly dueMs: number
  readonly order: number
  task: (() => void) | undefined
}

/** Time as a queue of what is due: it jumps from one timer to the next, and what a timer starts ends before the next one runs. */
export class SimulatedTime {
  #nowMs = 0
  #orders = 0
  /** A binary heap, the earliest first. A cancelled timer stays until its turn comes. */
  readonly #timers: Timer[] = []

  /** Since the beginning. */
  get nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#orders++, task }
    this.#push(timer)
    return () => {
      timer.task = undefined
    }
  }

  async runTo(endMs: number): Promise<void> {
    for (;;) {
      const next = this.#timers[0]
      if (next === undefined || next.dueMs > endMs) break
      this.#pop()
      if (next.task === undefined) continue
      this.#nowMs = next.dueMs
      next.task()
      await turn()
    }
    this.#nowMs = Math.max(this.#nowMs, endMs)
  }

  #push(timer: Timer): void {
    const timers = this.#timers
    let place = timers.push(timer) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = timers[above] as Timer
      if (isBefore(parent, timer)) break
      timers[place] = parent
      place = above
    }
    timers[place] = timer
  }

  #pop(): void {
    const timers = this.#timers
    const last = timers.pop()
    if (last === undefined || timers.length === 0) return
    let place = 0
    for (;;) {
      const left = timers[2 * place + 1]
      const right = timers[2 * place + 2]
      const isRight = right !== undefined && left !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (child === undefined || isBefore(last, child)) break
      timers[place] = child
      place = 2 * place + (isRight ? 2 : 1)
    }
    timers[place] = last
  }
}

const isBefore = (timer: Timer, other: Timer): boolean =>
  timer.dueMs < other.dueMs || (timer.dueMs === other.dueMs && timer.order < other.order)

/** One machine's clock: as fast as time, and as far from the right hour as it was set. */
export class MachineClock implements Clock {
  readonly #time: SimulatedTime
  readonly #start: EpochMs
  offsetMs: number

  constructor(time: SimulatedTime, start: EpochMs, offsetMs: number = 0) {
    this.#time = time
    this.#start = start
    this.offsetMs = offsetMs
  }

  now(): EpochMs {
    return Math.floor(this.#start + this.#time.nowMs + this.offsetMs)
  }

  monotonicMs(): number {
    return this.#time.nowMs
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#time.after(delayMs, task)
  }
}
