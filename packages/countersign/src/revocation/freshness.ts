import type { Cancel, Clock, EpochMs } from '../core/index.ts'

/** Fresh: decide locally. Grace: ordinary routes still decide, strict ones do not. Stale: nothing can be said. */
export type FreshnessState = 'fresh' | 'grace' | 'stale'

export interface FreshnessReport {
  readonly state: FreshnessState
  /** Age of the newest confirmed statement about the end of the log; `Infinity` when there is none. */
  readonly ageMs: number
  /** Why it is not, or will soon not be, fresh; a sentence for operators. */
  readonly reason?: string
}

export interface FreshnessOptions {
  readonly clock: Clock
  /** The verifier's notion of wall-clock time. */
  readonly now: () => EpochMs
  readonly clockSkewMs: number
  readonly freshMs: number
  readonly graceMs: number
}

interface Confirmation {
  /** What the issuer's clock said; undefined for an answer to a challenge, which needs no clock but our monotonic one. */
  readonly at: EpochMs | undefined
  /** It holds since then, on the monotonic clock: when it came, or when it was asked for. */
  readonly sinceMs: number
}

const NOT_CONFIRMED: Confirmation = { at: undefined, sinceMs: Number.NEGATIVE_INFINITY }

/** How old the verifier's knowledge is, and who wants to hear when that begins or ceases to matter. */
export class Freshness {
  readonly #options: FreshnessOptions
  readonly #listeners = new Set<(report: FreshnessReport) => void>()
  #confirmed: Confirmation | undefined
  #reason: string | undefined
  #announced: FreshnessState = 'stale'
  /** On the wall clock; in the past while it is not announced that we are fresh. */
  #freshUntil: EpochMs = Number.NEGATIVE_INFINITY
  /** The same on the monotonic clock, after an answer to a challenge. */
  #freshUntilMs: number = Number.NEGATIVE_INFINITY
  #cancelTimer: Cancel = () => undefined

  constructor(options: FreshnessOptions, reason: string) {
    this.#options = options
    this.#reason = reason
  }

  /** Whether a statement made at `at` would say more than what was confirmed before. */
  isNews(at: EpochMs): boolean {
    return this.#confirmed?.at === undefined || at > this.#confirmed.at
  }

  /** The log ended at the replica's own position at `at`. An older statement than the newest one refreshes nothing. */
  confirm(at: EpochMs): void {
    if (this.isNews(at)) this.#accept({ at, sinceMs: this.#options.clock.monotonicMs() })
  }

  /** The issuer has said, asked at `askedMs` of the monotonic clock, that the log ended at the replica's own position. */
  confirmAsked(askedMs: number): void {
    if (askedMs > (this.#confirmed?.sinceMs ?? Number.NEGATIVE_INFINITY)) this.#accept({ at: undefined, sinceMs: askedMs })
  }

  /** Remembers why confirmation does not come. */
  doubt(reason: string): void {
    this.#reason = reason
  }

  /** Nothing that was confirmed counts any more. */
  lose(reason: string): void {
    this.#confirmed = undefined
    this.#reason = reason
    this.#announce()
  }

  report(): FreshnessReport {
    const ageMs = this.#ageMs()
    const state = this.#stateAt(ageMs)
    const reason = this.#reason ?? (state === 'fresh' ? undefined : 'no heartbeat has been confirmed lately')
    return reason === undefined ? { state, ageMs } : { state, ageMs, reason }
  }

  /**
   * Whether `report` would say fresh, at the price of one look at a clock. After a heartbeat that is the wall clock, which also counts
   * the time that a machine slept. That the monotonic clock has not passed the boundary is known from the timer. So it is wrong only
   * where the process was blocked, so that the timer is late, and the wall clock was set back meanwhile. After an answer to a challenge
   * it is the monotonic clock. Where it says no, `report` decides.
   *
   * @param now The verifier's notion of wall-clock time.
   */
  isFreshAt(now: EpochMs): boolean {
    return now <= this.#freshUntil || this.#options.clock.monotonicMs() <= this.#freshUntilMs
  }

  onChange(listener: (report: FreshnessReport) => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#cancelTimer()
    this.#listeners.clear()
  }

  #accept(confirmation: Confirmation): void {
    this.#confirmed = confirmation
    this.#reason = undefined
    this.#announce()
  }

  /**
   * By the monotonic clock since receipt, and by the signed time less the skew: a delayed stream does not look fresh. An answer to a
   * challenge cannot be delayed unseen: it counts from the question.
   */
  #ageMs(): number {
    if (this.#confirmed === undefined) return Number.POSITIVE_INFINITY
    const { clock, now, clockSkewMs } = this.#options
    const { at, sinceMs } = this.#confirmed
    const bySignedTimeMs = at === undefined ? 0 : now() - at - clockSkewMs
    return Math.max(0, clock.monotonicMs() - sinceMs, bySignedTimeMs)
  }

  #stateAt(ageMs: number): FreshnessState {
    if (ageMs <= this.#options.freshMs) return 'fresh'
    return ageMs <= this.#options.graceMs ? 'grace' : 'stale'
  }

  #announce(): void {
    const report = this.report()
    this.#watch(report)
    const { clockSkewMs, freshMs } = this.#options
    const { at, sinceMs } = (report.state === 'fresh' ? this.#confirmed : undefined) ?? NOT_CONFIRMED
    this.#freshUntil = at === undefined ? Number.NEGATIVE_INFINITY : at + clockSkewMs + freshMs
    this.#freshUntilMs = at === undefined ? sinceMs + freshMs : Number.NEGATIVE_INFINITY
    if (report.state === this.#announced) return
    this.#announced = report.state
    for (const listener of this.#listeners) listener(report)
  }

  /** Time alone changes the state too: look again just after the next boundary. */
  #watch({ state, ageMs }: FreshnessReport): void {
    this.#cancelTimer()
    if (state === 'stale') return
    const boundaryMs = state === 'fresh' ? this.#options.freshMs : this.#options.graceMs
    this.#cancelTimer = this.#options.clock.after(boundaryMs - ageMs + 1, () => this.#announce())
  }
}
