import { ManualClock } from 'countersign/core'
import { ORIGIN } from 'countersign/revocation'
import type { FleetLog, FleetMessage } from './fleet-log.ts'
import { CheckedReplica, type FleetReplica, LightReplica } from './fleet-verifier.ts'
import type { Spread } from './spread.ts'

/** The network of the simulation, and how often what goes wrong. */
export const weather = {
  latencyMedianMs: 2,
  stallShare: 0.002,
  stallMs: 500,
  lossShare: 0.0001,
  /** Of one verifier, on average. */
  partitionEveryMs: 120_000,
  longestPartitionMs: 30_000,
  restartEveryMs: 600_000,
  restartMs: 1500,
  bytesPerMs: 125_000,
} as const

/** As in `FeedReader`. */
const IDLE_MS = 3500
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
const SAMPLE_MS = 100

export interface FleetSightings {
  /** From the acknowledgement of a revocation to when it was applied, ms; of verifiers that were reached at once, and of all. */
  readonly undisturbed: Spread
  readonly all: Spread
  /** How long ago the oldest revocation that is not applied was acknowledged, by what the verifier says of itself. */
  readonly missing: Readonly<Record<'fresh' | 'grace' | 'stale', Spread>>
  streamBytes: number
  snapshotBytes: number
  snapshots: number
  partitions: number
  restarts: number
  losses: number
}

/** The minute of one verifier. No verifier hears of another, so that they can be simulated one after the other. */
export class FleetLife {
  readonly #log: FleetLog
  readonly #seen: FleetSightings
  readonly #clock: ManualClock
  readonly #isChecked: boolean
  readonly #latencyMs: number
  #replica: FleetReplica
  #nextMessage = 0
  /** The first commit that is not applied. */
  #nextCommit = 0
  #nextSampleMs = SAMPLE_MS
  #troubledUntilMs = 0
  /** In order: what was sent later never arrives before. */
  #lastArrivalMs = 0

  constructor(log: FleetLog, seen: FleetSightings, isChecked: boolean) {
    this.#log = log
    this.#seen = seen
    this.#isChecked = isChecked
    this.#clock = new ManualClock(log.start)
    this.#clock.stepWall(Math.round((Math.random() * 2 - 1) * 1000))
    this.#latencyMs = weather.latencyMedianMs * Math.exp(normal())
    this.#replica = this.#open()
    this.#replica.load(ORIGIN, 0)
  }

  get replica(): FleetReplica {
    return this.#replica
  }

  run(): void {
    let nextPartitionMs = after(weather.partitionEveryMs)
    let nextRestartMs = after(weather.restartEveryMs)
    const { messages, lengthMs } = this.#log
    for (;;) {
      const message = messages[this.#nextMessage]
      const nextMs = message?.sentMs ?? lengthMs
      if (Math.min(nextPartitionMs, nextRestartMs) < nextMs) {
        if (nextPartitionMs < nextRestartMs) {
          this.#partition(nextPartitionMs)
          nextPartitionMs = this.#nowMs + after(weather.partitionEveryMs)
        } else {
          this.#restart(nextRestartMs)
          nextRestartMs = this.#nowMs + after(weather.restartEveryMs)
        }
        continue
      }
      if (message === undefined) break
      this.#nextMessage += 1
      this.#hear(message)
    }
    this.#passTo(lengthMs)
    this.#replica.close()
  }

  get #nowMs(): number {
    return this.#clock.monotonicMs()
  }

  #open(): FleetReplica {
    return this.#isChecked ? new CheckedReplica(this.#log, this.#clock) : new LightReplica(this.#log, this.#clock)
  }

  #hear(message: FleetMessage): void {
    if (Math.random() < weather.lossShare) {
      this.#seen.losses += 1
      return
    }
    this.#passTo(Math.max(this.#lastArrivalMs, message.sentMs + this.#delayMs()))
    this.#lastArrivalMs = this.#nowMs
    this.#seen.streamBytes += message.bytes
    this.#take(message)
  }

  #take(message: FleetMessage): void {
    const received = this.#replica.receive(message)
    if (received === 'gap') return this.#resynchronise(this.#nowMs + pause(0))
    if (received === 'applied') this.#noteApplied()
  }

  /** Nothing comes through; the reader tries again and again, and goes on from where it is. */
  #partition(fromMs: number): void {
    this.#passTo(Math.max(fromMs, this.#nowMs))
    this.#seen.partitions += 1
    const endMs = this.#nowMs + 500 * (weather.longestPartitionMs / 500) ** Math.random()
    let tryMs = this.#nowMs + IDLE_MS
    for (let failures = 0; tryMs < endMs; failures++) tryMs += pause(failures)
    // A partition that ends before anybody has noticed delays what was sent meanwhile.
    this.#reconnect(endMs - this.#nowMs < IDLE_MS ? endMs : tryMs)
  }

  #reconnect(atMs: number): void {
    const head = this.#headAt(atMs)
    this.#troubledUntilMs = Number.POSITIVE_INFINITY
    const messages = this.#log.catchUp(this.#replica.position, head, atMs, this.#isChecked)
    let arrivalMs = atMs + 2 * this.#latencyMs
    for (const message of messages) {
      arrivalMs += message.bytes / weather.bytesPerMs
      this.#passTo(arrivalMs)
      this.#seen.streamBytes += message.bytes
      this.#take(message)
    }
    this.#continueBehind(atMs)
  }

  #restart(atMs: number): void {
    this.#passTo(Math.max(atMs, this.#nowMs))
    this.#seen.restarts += 1
    this.#replica.close()
    this.#replica = this.#open()
    // What it had applied it has applied: the new process is no later for it, only for what comes.
    const upMs = this.#nowMs + weather.restartMs
    // Nobody asks a process that is not there; what it does not know when it comes up, it must load.
    this.#nextSampleMs = Math.max(this.#nextSampleMs, upMs)
    this.#resynchronise(upMs)
  }

  #resynchronise(atMs: number): void {
    this.#troubledUntilMs = Number.POSITIVE_INFINITY
    const head = this.#headAt(atMs)
    const bytes = head * this.#log.snapshotBytesPerEntry
    this.#seen.snapshots += 1
    this.#seen.snapshotBytes += bytes
    this.#passTo(atMs + 2 * this.#latencyMs + bytes / weather.bytesPerMs)
    this.#replica.load(head, atMs)
    this.#noteApplied()
    this.#continueBehind(atMs)
  }

  /** The stream goes on with what was sent after `sentMs`; all of it up to now waits already. */
  #continueBehind(sentMs: number): void {
    this.#troubledUntilMs = this.#nowMs + 1000
    this.#lastArrivalMs = this.#nowMs
    const { messages } = this.#log
    while ((messages[this.#nextMessage]?.sentMs ?? Number.POSITIVE_INFINITY) <= sentMs) this.#nextMessage += 1
  }

  #headAt(atMs: number): number {
    const { commits } = this.#log
    let low = 0
    let high = commits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((commits[middle]?.sentMs ?? 0) <= atMs) low = middle + 1
      else high = middle
    }
    return commits[low - 1]?.position ?? ORIGIN
  }

  #noteApplied(): void {
    const { commits } = this.#log
    const { position } = this.#replica
    for (let next = commits[this.#nextCommit]; next !== undefined && next.position <= position; next = commits[++this.#nextCommit]) {
      const staleMs = this.#nowMs - next.sentMs
      this.#seen.all.add(staleMs)
      if (this.#nowMs > this.#troubledUntilMs) this.#seen.undisturbed.add(staleMs)
    }
  }

  #passTo(atMs: number): void {
    const endMs = Math.min(atMs, this.#log.lengthMs)
    while (this.#nextSampleMs <= endMs) {
      if (this.#nextSampleMs > this.#nowMs) this.#clock.advance(this.#nextSampleMs - this.#nowMs)
      this.#nextSampleMs += SAMPLE_MS
      const sentMs = this.#log.commits[this.#nextCommit]?.sentMs ?? Number.POSITIVE_INFINITY
      this.#seen.missing[this.#replica.state].add(Math.max(0, this.#nowMs - sentMs))
    }
    if (atMs > this.#nowMs) this.#clock.advance(atMs - this.#nowMs)
  }

  #delayMs(): number {
    const stallMs = Math.random() < weather.stallShare ? Math.random() * weather.stallMs : 0
    return this.#latencyMs * (1 + 0.2 * exponential()) + stallMs
  }
}

const exponential = (): number => -Math.log(1 - Math.random())

const after = (meanMs: number): number => exponential() * meanMs

const normal = (): number => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * Math.random())

const pause = (failures: number): number => (Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures) * (1 + Math.random())) / 2
