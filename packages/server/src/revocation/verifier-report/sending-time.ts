/** So much two clocks that only count may drift apart, of a whole: a hundred millionths. */
const DRIFT = 0.0001
/** What drift adds to a way that long ago is more than most ways are. */
const WINDOW_MS = 60_000
const REMEMBERED = 8

interface Way {
  /** Our clock less the verifier's, when a report came: what the clocks are apart, and the way. */
  readonly apartMs: number
  readonly receivedMs: number
}

/**
 * When a verifier has sent its reports, by our own clock: not later than this. A report was under way for as long as it was, but no report of it
 * can have taken less than no time; so the quickest of those of the last minute bounds them all.
 */
export class SendingTime {
  #ways: readonly Way[] = []

  /**
   * @param sentMs On the verifier's monotonic clock, which begins anywhere.
   * @param receivedMs On ours.
   * @returns the latest moment, on ours, at which it can have been sent.
   */
  latest(sentMs: number, receivedMs: number): number {
    const recent = this.#ways.filter((way) => receivedMs - way.receivedMs <= WINDOW_MS)
    this.#ways = [...recent.slice(1 - REMEMBERED), { apartMs: receivedMs - sentMs, receivedMs }]
    return sentMs + Math.min(...this.#ways.map((way) => way.apartMs + (receivedMs - way.receivedMs) * DRIFT))
  }
}
