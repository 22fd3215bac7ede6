import { mock } from 'node:test'
import { ManualClock, type Platform, systemPlatform } from 'countersign/core'
import { until } from '../http/patience.ts'
import type { OAuthWorld } from './oauth-world.ts'

/** So often it is looked without time passing: tests count in seconds. */
const LOOKS = 300
const STEP_MS = 20

/** Nothing waits for it: time passes when the test says so, for the server, the protocol library and the judges alike. */
export class MovedTime implements Disposable {
  readonly platform: Platform
  /** From a whole second on. */
  readonly #clock = new ManualClock(Math.floor(Date.now() / 1000) * 1000)

  constructor() {
    mock.timers.enable({ apis: ['Date'], now: this.#clock.now() })
    this.platform = { ...systemPlatform, clock: this.#clock }
  }

  /** Until the server has heard of its own log since. */
  async pass(seconds: number, { url }: OAuthWorld): Promise<void> {
    this.#move(seconds * 1000)
    const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok
    // What comes back by the clock may have been under way as the clock was moved: then its next turn is after this moment.
    let looks = 0
    await until('the server hears of its own log', isReady, () => ++looks > LOOKS && this.#move(STEP_MS))
  }

  #move(byMs: number): void {
    mock.timers.tick(byMs)
    this.#clock.advance(byMs)
  }

  [Symbol.dispose](): void {
    mock.timers.reset()
  }
}
