import { type EpochMs, ManualClock, systemClock } from 'countersign/core'

const TICK_MS = 5

/** A clock that goes as the browser's does, and that a test may put forward: every timer that falls due on the way runs at its moment. */
export class RunningClock extends ManualClock implements Disposable {
  readonly #timer: NodeJS.Timeout
  #seenMs: number = systemClock.monotonicMs()

  constructor(start: EpochMs = systemClock.now()) {
    super(start)
    this.#timer = setInterval(() => this.#follow(), TICK_MS)
    this.#timer.unref()
  }

  #follow(): void {
    const nowMs = systemClock.monotonicMs()
    this.advance(nowMs - this.#seenMs)
    this.#seenMs = nowMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
