import { isJsonObject } from '../core/json.ts'
import { type Clock, type EpochSeconds, toEpochSeconds } from '../core/platform.ts'
import { documentOf, problemCode } from './session-api.ts'

/** After a correction that did not help, nothing is corrected for so long. */
const REST_MS = 60_000

/**
 * The time as one service knows it. It is this device's until the service refuses a request for its time and says what time it is; from
 * then on the difference is known. A service that lies about the time gets signatures of another time for itself alone.
 */
export class ServerClock {
  readonly #clock: Clock
  #aheadSeconds = 0
  #restsUntilMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): EpochSeconds {
    return toEpochSeconds(this.#clock.now()) + this.#aheadSeconds
  }

  /**
   * Learns from a refusal.
   *
   * @returns the time to sign the request with once more; `undefined` for every other answer.
   */
  async corrected(response: Response): Promise<EpochSeconds | undefined> {
    if (this.#clock.monotonicMs() < this.#restsUntilMs) return undefined
    const serverTime = await serverTimeOf(response)
    if (serverTime === undefined) return undefined
    this.#aheadSeconds = serverTime - toEpochSeconds(this.#clock.now())
    return serverTime
  }

  /** Of the answer to what was signed once more. */
  async judge(response: Response): Promise<void> {
    if ((await serverTimeOf(response)) !== undefined) this.#restsUntilMs = this.#clock.monotonicMs() + REST_MS
  }
}

/** @returns `undefined` unless the answer is a refusal for the time of signing that says the service's own. */
async function serverTimeOf(response: Response): Promise<EpochSeconds | undefined> {
  if (response.status !== 401) return undefined
  const problem = await documentOf(response.clone())
  if (problemCode(problem) !== 'request_expired' || !isJsonObject(problem)) return undefined
  const told = problem['server_time_epoch']
  if (typeof told === 'number' && Number.isSafeInteger(told) && told >= 0) return told
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : toEpochSeconds(date)
}
