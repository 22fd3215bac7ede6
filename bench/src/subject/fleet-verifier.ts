import type { Clock, ManualClock } from 'countersign/core'
import { GenerationCutoffIndex, ORIGIN, type Position, Replica } from 'countersign/revocation'
import { Freshness } from '../../../packages/countersign/src/revocation/freshness.ts'
import { FLEET_ISSUER, type FleetLog, type FleetMessage } from './fleet-log.ts'

const SKEW_MS = 5000
const FRESH_MS = 5000
const GRACE_MS = 60_000
/** As in `Replica`: a heartbeat may cross with entries, and so many positions are remembered. */
const CROSSING_MS = 1000
const REMEMBERED = 4096

type Received = 'applied' | 'duplicate' | 'gap' | 'ignored'

/** What a reader does with a replica. */
export interface FleetReplica {
  readonly position: Position
  readonly state: 'fresh' | 'grace' | 'stale'
  receive(message: FleetMessage): Received
  /** The log up to `upTo`, which was read at `atMs`. */
  load(upTo: Position, atMs: number): void
  close(): void
}

/**
 * A replica's state without what is the same in all: position, confirmations and age are its own (`Freshness` is the library's), while
 * decoded messages, the hash chain and the index stand once for the whole fleet. `CheckedReplica` shows that it answers as the real one.
 */
export class LightReplica implements FleetReplica {
  readonly #log: FleetLog
  readonly #clock: Clock
  readonly #freshness: Freshness
  #position: Position = ORIGIN
  #isLost = true
  #movedAtMs = Number.NEGATIVE_INFINITY
  #awaited: FleetMessage | undefined
  #behindSince: Position | undefined

  constructor(log: FleetLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
    this.#freshness = new Freshness(
      { clock, now: () => clock.now(), clockSkewMs: SKEW_MS, freshMs: FRESH_MS, graceMs: GRACE_MS },
      'never synchronised',
    )
  }

  get position(): Position {
    return this.#position
  }

  get state(): 'fresh' | 'grace' | 'stale' {
    return this.#freshness.report().state
  }

  receive(message: FleetMessage): Received {
    if (this.#isLost) return 'gap'
    return message.type === 'entries' ? this.#follow(message) : this.#hear(message)
  }

  load(upTo: Position, atMs: number): void {
    this.#isLost = false
    this.#awaited = undefined
    this.#behindSince = undefined
    this.#moveTo(upTo)
    this.#freshness.confirm(this.#log.timeAt(atMs))
  }

  close(): void {
    this.#freshness.close()
  }

  #follow({ after, position }: FleetMessage): Received {
    if (position <= this.#position) return 'duplicate'
    if (after > this.#position) return 'gap'
    this.#moveTo(position)
    if (this.#awaited?.position === position) {
      this.#freshness.confirm(this.#log.start + this.#awaited.sentMs)
      this.#awaited = undefined
    }
    return 'applied'
  }

  #hear(heartbeat: FleetMessage): Received {
    const at = this.#log.start + heartbeat.sentMs
    if (!this.#freshness.isNews(at)) return 'duplicate'
    if (heartbeat.position > this.#position) {
      this.#awaited ??= heartbeat
      if (this.#behindSince === this.#position) return 'gap'
      this.#behindSince = this.#position
      return 'ignored'
    }
    const isRecent = this.#clock.monotonicMs() - this.#movedAtMs <= CROSSING_MS && this.#position - heartbeat.position < REMEMBERED
    if (heartbeat.position < this.#position && !isRecent) return 'ignored'
    this.#freshness.confirm(at)
    return 'applied'
  }

  #moveTo(position: Position): void {
    this.#position = position
    this.#movedAtMs = this.#clock.monotonicMs()
  }
}

/** The library's own replica, with signatures, chain and index of its own, and a light one beside it that has to say the same. */
export class CheckedReplica implements FleetReplica {
  readonly index: GenerationCutoffIndex = new GenerationCutoffIndex()
  readonly #log: FleetLog
  readonly #light: LightReplica
  readonly #replica: Replica

  constructor(log: FleetLog, clock: ManualClock) {
    this.#log = log
    this.#light = new LightReplica(log, clock)
    this.#replica = new Replica({ issuer: FLEET_ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'], index: this.index })
  }

  get position(): Position {
    return this.#replica.position
  }

  get state(): 'fresh' | 'grace' | 'stale' {
    return this.#replica.freshness().state
  }

  receive(message: FleetMessage): Received {
    const received = this.#replica.receive(message.compact)
    this.#requireSame(received, this.#light.receive(message))
    // Anything else has just been refused.
    return received as Received
  }

  load(upTo: Position, atMs: number): void {
    const take = this.#replica.beginSnapshot()
    let received = ''
    for (const part of this.#log.snapshot(upTo, atMs)) received = take(part)
    this.#light.load(upTo, atMs)
    this.#requireSame(received, 'applied')
  }

  close(): void {
    this.#light.close()
    this.#replica.close()
  }

  #requireSame(received: string, light: string): void {
    const real = [received, this.position, this.state].join(' ')
    const other = [light, this.#light.position, this.#light.state].join(' ')
    if (real !== other) throw new Error(`a replica says "${real}", and its light twin "${other}"`)
  }
}
