import { type Cancel, encodeBase64url, type Platform } from '../core/index.ts'
import type { FreshnessReport, PlacedEntry, Position } from '../revocation/index.ts'
import { answerInTime } from './in-time.ts'
import type { ReportSettings } from './report-options.ts'
import type { AppliedEntries, ReportAnswer, ReportAuthority, VerifierReport } from './verifier-report.ts'

/** What is told of; a `Replica` fits. */
export interface ReportedReplica {
  readonly position: Position
  freshness(): FreshnessReport
  onEntry(listener: (entry: PlacedEntry) => void): Cancel
  onFreshnessChange(listener: (report: FreshnessReport) => void): Cancel
}

export interface VerifierReportsOptions extends ReportSettings {
  readonly authority: ReportAuthority
  readonly replica: ReportedReplica
  readonly platform: Platform
  readonly feed: VerifierReport['feed']
}

export interface ReportCounts {
  readonly sent: number
  readonly failed: number
}

const INSTANCE_BYTES = 16
const TIMEOUT_MS = 5000
/** What is new is told within so long, until the issuer asks for more. */
const SPREAD_MS = 250
const LONGEST_SPREAD_MS = 10_000
/** From one report to the next, at least. */
const SHORTEST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 600_000
/** Doubled so often, the pause after failures: eight times as long as usual. */
const DOUBLINGS = 3
/** So many groups of entries a report names. More become fewer: each then counts as applied when the last of its group was. */
const MAX_APPLIED = 16
/** Connections that are not used are let go of after some seconds: to open one again would be counted as part of the way. */
const WARM_MS = 3000
/** What could not be told for so long nobody wants to know any more; and a report of it would be refused, again and again. */
const LONGEST_HELD_MS = 3_600_000

interface Applied {
  readonly after: Position
  readonly position: Position
  readonly atMs: number
}

/**
 * Tells the issuer how fresh this verifier is: on a schedule, soon after new entries were applied, and soon after it has become more or less
 * fresh. One report at a time, bounded in size and time; nothing waits for it, and when it fails nothing happens but that the next comes later.
 *
 * Of entries it tells for how long they have been applied, so that the issuer can measure by its own clock alone.
 */
export class VerifierReports {
  readonly #options: VerifierReportsOptions
  #cancelListeners: Cancel = () => undefined
  #cancelLook: Cancel = () => undefined
  #instance: string | undefined
  #begunMs: number | undefined
  #isStarted = false
  #isClosed = false
  #isSending = false
  #abort: () => void = () => undefined
  #cancelTimer: Cancel = () => undefined
  #dueMs = Number.POSITIVE_INFINITY
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #answeredAtMs = Number.NEGATIVE_INFINITY
  #spreadMs = SPREAD_MS
  #failures = 0
  #sent = 0
  #failed = 0
  /** Up to here all was told, or is in `#applied`; undefined until there was a first copy of the log: what it holds was not waited for. */
  #noted: Position | undefined
  #applied: readonly Applied[] = []
  #isLooking = false

  constructor(options: VerifierReportsOptions) {
    this.#options = options
  }

  get counts(): ReportCounts {
    return { sent: this.#sent, failed: this.#failed }
  }

  /** Begins as soon as the issuer says that it takes reports; calling it again is no harm. */
  start(): void {
    const { authority, replica } = this.#options
    if (this.#isStarted || this.#isClosed || !authority.isOffered) return
    this.#isStarted = true
    const cancelEntries = replica.onEntry((entry) => this.#hear(entry))
    const cancelFreshness = replica.onFreshnessChange(() => {
      this.#note()
      this.#wish(this.#jittered(this.#spreadMs))
    })
    this.#cancelListeners = () => {
      cancelEntries()
      cancelFreshness()
    }
    this.#note()
    this.#wish(this.#jittered(SHORTEST_PAUSE_MS))
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer()
    this.#abort()
    this.#cancelListeners()
    this.#cancelLook()
  }

  #hear({ position }: PlacedEntry): void {
    // Before there is a first copy, nothing was waited for.
    if (this.#noted === undefined) return
    // Of a stream the position is there already; of a snapshot it follows, when all parts are.
    if (position <= this.#options.replica.position) return this.#note()
    if (this.#isLooking) return
    this.#isLooking = true
    this.#cancelLook = this.#options.platform.clock.after(0, () => {
      this.#isLooking = false
      this.#note()
    })
  }

  #note(): void {
    const { replica, platform } = this.#options
    const { position } = replica
    if (position === this.#noted) return
    const after = this.#noted
    if (after === undefined && replica.freshness().state !== 'fresh') return
    this.#noted = position
    if (after === undefined || position < after) return
    this.#applied = bounded([...this.#applied, { after, position, atMs: platform.clock.monotonicMs() }])
    this.#wish(this.#jittered(this.#spreadMs))
  }

  /** Sends a report after so long, unless one is due before. */
  #wish(delayMs: number): void {
    const { clock } = this.#options.platform
    const nowMs = clock.monotonicMs()
    const dueMs = Math.max(nowMs + delayMs, this.#notBeforeMs)
    if (this.#isClosed || dueMs >= this.#dueMs) return
    this.#dueMs = dueMs
    if (this.#isSending) return
    this.#cancelTimer()
    this.#cancelTimer = clock.after(dueMs - nowMs, () => void this.#run())
  }

  async #run(): Promise<void> {
    const { platform, everyMs } = this.#options
    const startMs = platform.clock.monotonicMs()
    this.#dueMs = Number.POSITIVE_INFINITY
    this.#isSending = true
    const { isTaken, spreadMs = SPREAD_MS, retryAfterMs = 0 } = await this.#tell()
    this.#isSending = false
    this.#failures = isTaken ? 0 : this.#failures + 1
    this.#spreadMs = Math.min(Math.max(0, spreadMs), LONGEST_SPREAD_MS)
    const pauseMs = everyMs * 2 ** Math.min(Math.max(0, this.#failures - 1), DOUBLINGS)
    this.#notBeforeMs = startMs + (isTaken ? SHORTEST_PAUSE_MS : Math.max(pauseMs / 2, Math.min(retryAfterMs, LONGEST_PAUSE_MS)))
    // What came meanwhile has its wish already, and may not come before that.
    const wishedMs = this.#dueMs
    this.#dueMs = Number.POSITIVE_INFINITY
    if (isTaken && wishedMs !== Number.POSITIVE_INFINITY) this.#wish(wishedMs - platform.clock.monotonicMs())
    this.#wish(pauseMs - this.#jittered(pauseMs / (isTaken ? 4 : 2)))
  }

  /** Never throws. */
  async #tell(): Promise<ReportAnswer> {
    const { clock } = this.#options.platform
    this.#applied = this.#applied.filter(({ atMs }) => clock.monotonicMs() - atMs <= LONGEST_HELD_MS)
    // What is measured travels on a connection that is open, where that can be had.
    if (this.#applied.length > 0 && clock.monotonicMs() - this.#answeredAtMs > WARM_MS) {
      const answer = await this.#send([])
      if (!answer.isTaken || this.#isClosed) return answer
    }
    const applied = this.#applied
    this.#applied = []
    const answer = await this.#send(applied)
    if (!answer.isTaken) this.#applied = bounded([...applied, ...this.#applied])
    return answer
  }

  async #send(applied: readonly Applied[]): Promise<ReportAnswer> {
    const { authority, platform } = this.#options
    try {
      const answer = await answerInTime(platform.clock, TIMEOUT_MS, (signal) => {
        const ending = new AbortController()
        this.#abort = () => ending.abort()
        signal.addEventListener('abort', this.#abort)
        return authority.report(this.#compose(applied), ending.signal)
      })
      if (answer.isTaken) {
        this.#answeredAtMs = platform.clock.monotonicMs()
        this.#sent++
      } else this.#failed++
      return answer
    } catch {
      this.#failed++
      return { isTaken: false }
    } finally {
      this.#abort = () => undefined
    }
  }

  #compose(applied: readonly Applied[]): VerifierReport {
    const { replica, platform, name, feed, everyMs } = this.#options
    const { state, ageMs } = replica.freshness()
    this.#instance ??= encodeBase64url(platform.random.bytes(INSTANCE_BYTES))
    const nowMs = platform.clock.monotonicMs()
    this.#begunMs ??= nowMs
    return {
      instance: this.#instance,
      ...(name === undefined ? {} : { name }),
      feed,
      state,
      position: replica.position,
      age_ms: Number.isFinite(ageMs) ? Math.round(ageMs) : null,
      every_ms: everyMs,
      sent_ms: floored(nowMs - this.#begunMs),
      ...(applied.length === 0 ? {} : { applied: applied.map((each) => toldAt(each, nowMs)) }),
    }
  }

  #jittered(longestMs: number): number {
    return (longestMs * (this.#options.platform.random.bytes(1)[0] ?? 0)) / 255
  }
}

/** To a microsecond: less than the issuer shows. */
const floored = (ms: number): number => Math.floor(ms * 1000) / 1000

const toldAt = ({ after, position, atMs }: Applied, nowMs: number): AppliedEntries => ({
  after,
  position,
  held_ms: floored(nowMs - atMs),
})

/** Of two that become one the later time holds for both. */
function bounded(applied: readonly Applied[]): readonly Applied[] {
  const kept = [...applied]
  while (kept.length > MAX_APPLIED) {
    const [first, second] = kept
    if (first === undefined || second === undefined) break
    kept.splice(0, 2, { ...second, after: first.after })
  }
  return kept
}
