// How tests wait for what is about to happen: never for a time, always for the thing itself, and long enough for a machine that is busy.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { type Platform, systemClock, systemPlatform } from 'countersign/core'

/** Only so that what hangs fails: what comes, comes long before. */
export const PATIENCE_MS = 60_000
/** From one look to the next: what comes soon is seen soon, and what takes its time is not asked about all the while. */
const stepMs = (looks: number): number => Math.min(1 + looks, 25)
const STRETCH = 40
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Waits until it holds, whoever brings it about: this process, its sockets, another process.
 *
 * @param meanwhile Done before each further look. Whoever waits for a job of a server whose clock the test moves has to move it here: a job is
 * planned anew when its last run has ended, which may be after the test has moved the clock.
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, meanwhile: () => void = () => undefined): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  for (let looks = 0; !(await holds()); looks++) {
    assert.ok(performance.now() < endMs, `it does not come: ${what}`)
    meanwhile()
    await pause(stepMs(looks))
  }
}

/** Asks until the answer is the one that was awaited. @returns after how many milliseconds. */
export async function untilSaid(wanted: string, ask: () => Promise<string>): Promise<number> {
  const begunMs = performance.now()
  let said = await ask()
  for (let looks = 0; said !== wanted; looks++) {
    assert.ok(performance.now() - begunMs < PATIENCE_MS, `${said} where ${wanted} was awaited`)
    await pause(stepMs(looks))
    said = await ask()
  }
  return performance.now() - begunMs
}

/**
 * For a verifier on the real clock: a request waits a quarter of a second for the feed, and a second for the issuer's answer, which on a busy
 * machine is sometimes not enough. How long exactly is shown elsewhere, by a clock that the test moves.
 */
export const patientPlatform: Platform = Object.freeze({
  ...systemPlatform,
  clock: {
    ...systemClock,
    after: (delayMs: number, task: () => void, options?: { readonly keepsProcess: boolean }) =>
      systemClock.after(Math.min(delayMs * STRETCH, LONGEST_TIMER_MS), task, options),
  },
})
