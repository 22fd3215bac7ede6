import { AuthError, type Cancel, newId, type Platform } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { Told } from '../publisher.ts'
import { merged, type PropagationOfEntry, propagationOfEntry, type PropagationSummary, summarise } from './propagation.ts'
import { PropagationBoard, REMEMBERED_ENTRIES } from './propagation-board.ts'
import { ReportRate } from './report-rate.ts'
import { SendingTime } from './sending-time.ts'
import { type GivenReport, type ReportedVerifier, stateOf, type VerifierState } from './verifier-report.ts'
import type { VerifierReportStore } from './verifier-report-store.ts'

export interface VerifierReportsOptions {
  readonly store: VerifierReportStore
  readonly platform: Platform
  /** No other server has the same database open. */
  readonly isAlone: boolean
  /** Those that there are: of others nothing is shown. */
  readonly services: () => Promise<readonly ReportingService[]>
  /** The end of the log. */
  readonly head: () => Promise<Position>
  /** Told when what was heard could not be handed on. It is tried again. Must not throw. */
  readonly onFailure?: (error: unknown) => void
}

export interface ReportingService {
  readonly id: string
  readonly name: string
}

/** A verifier as it is shown. */
export interface ListedVerifier extends Omit<ReportedVerifier, 'service' | 'state'> {
  readonly service: ReportingService
  readonly state: VerifierState
  /** So many entries of the log it had not applied, in the moment of its report at least. */
  readonly behind: number
}

/** Whoever has a service's credential can invent verifiers: so many at most. */
export const MAX_INSTANCES = 1000
/** So long a verifier is remembered that is not heard of. */
const KEPT_MS = 600_000
const ENTRY_KEPT_MS = 3_660_000
/** From here to the other servers. */
const SHARE_EVERY_MS = 1000
const FORGET_EVERY_MS = 60_000
const SHARED_ENTRIES = 1000
/** What comes after a revocation is spread, so that it is never more than two hundred a second. */
const SPREAD_A_VERIFIER_MS = 5
const SHORTEST_SPREAD_MS = 250
const LONGEST_SPREAD_MS = 5000

interface Known {
  readonly report: ReportedVerifier
  readonly countedUpTo: Position
  readonly sending: SendingTime
}

/**
 * What verifiers tell of themselves: how fresh they are, and how soon they have applied the entries of the log. It is kept in memory, and handed to
 * the store once a second where it has changed, so that a report costs no write. After a restart it comes again by itself.
 */
export class VerifierReports {
  readonly #options: VerifierReportsOptions
  readonly #server: string
  readonly #board: PropagationBoard
  readonly #rate: ReportRate
  /** By service and instance: who was not heard of for longest stands first. */
  readonly #known = new Map<string, Map<string, Known>>()
  #size = 0
  #changed = new Set<Known>()
  #sharing: Promise<void> | undefined
  #forgottenAtMs = Number.NEGATIVE_INFINITY
  #isStopped = false
  #cancelTimer: Cancel | undefined

  constructor(options: VerifierReportsOptions) {
    const { platform, isAlone } = options
    this.#options = options
    this.#server = newId('srv', platform.random)
    this.#board = new PropagationBoard({ clock: platform.clock, isAlone })
    this.#rate = new ReportRate(platform.clock)
  }

  /** What the publisher has told its subscribers just now. */
  told(told: Told): void {
    if (told.type === 'entries') this.#board.told(told.entries, told.sinceHeardMs)
  }

  /**
   * Takes the word of a verifier for how it is.
   *
   * Does not check any of it: nothing is decided by it.
   *
   * @returns over how many milliseconds it should spread what it has to tell of the next entries.
   * @throws {AuthError} `rate_limited`.
   */
  take(service: string, { applied, sentMs, ...report }: GivenReport): { readonly spreadMs: number } {
    const waitMs = this.#rate.take(service)
    if (waitMs > 0) throw new AuthError('rate_limited', { service, retryAfterSeconds: Math.ceil(waitMs / 1000) })
    const { clock } = this.#options.platform
    const receivedAt = clock.now()
    const instances = this.#instancesOf(service)
    const before = instances.get(report.instance)
    const sending = before?.sending ?? new SendingTime()
    const countedUpTo = this.#board.take(applied, sending.latest(sentMs, clock.monotonicMs()), before?.countedUpTo ?? 0)
    this.#drop(instances, report.instance, before)
    const known = { report: { ...report, service, receivedAt }, countedUpTo, sending }
    instances.set(report.instance, known)
    this.#size++
    this.#changed.add(known)
    const [[oldest, longest] = []] = instances
    if (instances.size > MAX_INSTANCES && oldest !== undefined) this.#drop(instances, oldest, longest)
    this.#shareSoon()
    return { spreadMs: Math.min(LONGEST_SPREAD_MS, Math.max(SHORTEST_SPREAD_MS, this.#size * SPREAD_A_VERIFIER_MS)) }
  }

  /** All verifiers of which anything is known, whichever server they have told. @throws {AuthError} `unavailable`. */
  async list(): Promise<{ readonly verifiers: readonly ListedVerifier[]; readonly head: Position }> {
    const { store, platform, services, head } = this.#options
    await this.#tryShare()
    const now = platform.clock.now()
    const [reported, existing] = await Promise.all([store.verifiers(now - KEPT_MS), services()])
    // Read last, so that nobody who is up to date seems to be ahead of it.
    const end = await head()
    const names = new Map(existing.map(({ id, name }) => [id, name]))
    const verifiers = reported.flatMap((each) => {
      const name = names.get(each.service)
      if (name === undefined) return []
      const behind = Math.max(0, end - each.position)
      return [{ ...each, service: { id: each.service, name }, state: stateOf(each, now), behind }]
    })
    return { verifiers, head: end }
  }

  /** How soon what was revoked was refused everywhere. @throws {AuthError} `unavailable`. */
  async propagation(minutes: number): Promise<PropagationSummary> {
    const { store, platform } = this.#options
    await this.#tryShare()
    const since = platform.clock.now() - minutes * 60_000
    const heard = await store.propagation(since, REMEMBERED_ENTRIES)
    const isWhole = heard.length < REMEMBERED_ENTRIES
    return summarise(merged(heard).values(), isWhole ? since : (heard.at(-1)?.at ?? since))
  }

  /** The same of single entries. Nothing of those of which nothing was heard, or that are forgotten. @throws {AuthError} `unavailable`. */
  async propagationOf(positions: readonly Position[]): Promise<ReadonlyMap<Position, PropagationOfEntry>> {
    if (positions.length === 0) return new Map()
    await this.#tryShare()
    const heard = merged(await this.#options.store.propagationOf(positions))
    return new Map([...heard].map(([position, each]) => [position, propagationOfEntry(each)]))
  }

  /** Hands on what is new. @throws {AuthError} `unavailable`: it waits on. */
  async share(): Promise<void> {
    // Whoever asks while it is under way has something that is not in it.
    while (this.#sharing !== undefined) await this.#sharing.catch(() => undefined)
    this.#sharing = this.#share().finally(() => {
      this.#sharing = undefined
    })
    await this.#sharing
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  async #share(): Promise<void> {
    const { store } = this.#options
    const changed = this.#changed
    const { entries: propagation, keep } = this.#board.takeChanged(SHARED_ENTRIES)
    this.#changed = new Set()
    const verifiers = [...changed].map(({ report }) => report)
    try {
      if (verifiers.length > 0 || propagation.length > 0) await store.note(this.#server, { verifiers, propagation }, MAX_INSTANCES)
      await this.#forget()
    } catch (error) {
      keep()
      for (const known of changed) if (this.#isNewest(known)) this.#changed.add(known)
      throw error
    }
  }

  async #forget(): Promise<void> {
    const { store, platform } = this.#options
    const nowMs = platform.clock.monotonicMs()
    if (nowMs - this.#forgottenAtMs < FORGET_EVERY_MS) return
    this.#forgottenAtMs = nowMs
    const now = platform.clock.now()
    for (const [service, instances] of this.#known) {
      for (const [instance, known] of instances) {
        if (known.report.receivedAt > now - KEPT_MS) break
        this.#drop(instances, instance, known)
      }
      if (instances.size > 0) continue
      this.#known.delete(service)
      this.#rate.forget(service)
    }
    await store.forget(now - KEPT_MS, { before: now - ENTRY_KEPT_MS, maximum: REMEMBERED_ENTRIES })
  }

  #shareSoon(): void {
    if (this.#cancelTimer !== undefined || this.#isStopped) return
    this.#cancelTimer = this.#options.platform.clock.after(SHARE_EVERY_MS, () => void this.#shareInTurn())
  }

  async #shareInTurn(): Promise<void> {
    this.#cancelTimer = undefined
    await this.#tryShare()
    if (this.#changed.size > 0 || this.#board.hasChanged) this.#shareSoon()
  }

  /** Never throws: whoever looks is shown what there is, without what is new if it must be. */
  async #tryShare(): Promise<void> {
    await this.share().catch((error: unknown) => this.#options.onFailure?.(error))
  }

  #instancesOf(service: string): Map<string, Known> {
    const known = this.#known.get(service)
    if (known !== undefined) return known
    const instances = new Map<string, Known>()
    this.#known.set(service, instances)
    return instances
  }

  #drop(instances: Map<string, Known>, instance: string, known: Known | undefined): void {
    if (known === undefined) return
    instances.delete(instance)
    this.#changed.delete(known)
    this.#size--
  }

  #isNewest(known: Known): boolean {
    const { service, instance } = known.report
    return this.#known.get(service)?.get(instance) === known
  }
}
