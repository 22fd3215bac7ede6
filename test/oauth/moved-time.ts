import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { ManualClock, type Platform, systemPlatform } from 'countersign/core'
import type { OAuthWorld } from './oauth-world.ts'

const PATIENCE_MS = 10_000

/** Nothing waits for it: time passes when the test says so, for the server, the protocol library and the judges alike. */
export class MovedTime implements Disposable {
  readonly platform: Platform
  readonly #clock = new ManualClock(Date.now())

  constructor() {
    mock.timers.enable({ apis: ['Date'], now: this.#clock.now() })
    this.platform = { ...systemPlatform, clock: this.#clock }
  }

  /** Until the server has heard of its own log since. */
  async pass(seconds: number, { url }: OAuthWorld): Promise<void> {
    mock.timers.tick(seconds * 1000)
    this.#clock.advance(seconds * 1000)
    const deadline = performance.now() + PATIENCE_MS
    while (!(await fetch(`${url}/readyz`)).ok) {
      assert.ok(performance.now() < deadline, 'the server does not hear of its own log')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  [Symbol.dispose](): void {
    mock.timers.reset()
  }
}
