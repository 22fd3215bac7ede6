import { AuthError, createVerifier, type Requirement, type Verifier } from 'countersign'
import type { EpochMs } from 'countersign/core'
import { type BrokerKind, openFeedOf } from './broker-face.ts'
import type { Chance } from './chance.ts'
import { calm, type Handler, Network } from './network.ts'
import type { SimulatedBroker } from './simulated-broker.ts'
import { MachineClock, type SimulatedTime } from './simulated-time.ts'
import { bounds, issuer, type Verdict } from './world.ts'

export type Cause = 'server' | 'restart' | 'link' | 'broker'

export interface OutageVerifierOptions {
  readonly index: number
  readonly kind: 'sse' | BrokerKind
  readonly broker: SimulatedBroker | undefined
  readonly credential: string
  readonly time: SimulatedTime
  readonly start: EpochMs
  readonly chance: Chance
}

/** How far its clock may be wrong at most: less than the tolerance, because times in tokens are whole seconds. */
const MAX_OFFSET_MS = bounds.skewSeconds * 1000 - 500

/**
 * So long after everything is well again a verifier may take to be fresh: what was under way ends (a snapshot that was asked for in vain
 * 30 s, a message through Kafka 15 s, through any other 3.5 s), then a pause of at most 5 s, on the relay's side as on the reader's.
 */
export const RECOVERY_MS = 40_000

/** So old its newest confirmation may be while nothing but its broker is wrong: it waits for a message, pauses, and loads a snapshot. */
const SILENCE_MS: Readonly<Record<'sse' | BrokerKind, number>> = {
  sse: 1500,
  redis: 12_000,
  nats: 12_000,
  postgres: 12_000,
  kafka: 25_000,
}

/** One service: a real verifier on its own machine, behind its own piece of network. */
export class OutageVerifier {
  readonly index: number
  readonly kind: 'sse' | BrokerKind
  readonly broker: SimulatedBroker | undefined
  readonly clock: MachineClock
  readonly link: Network
  /** Server and network: without them nothing can be heard. */
  readonly hard: Impairment
  /** Those, and the broker: without it less is heard. */
  readonly any: Impairment
  readonly silenceMs: number
  /** So far behind the right time its clock has been. */
  slowestMs = 0
  readonly #chance: Chance
  readonly #credential: string
  #server: Handler | undefined
  #partition: 'refused' | 'silent' | undefined
  #verifier: Verifier

  constructor({ index, kind, broker, credential, time, start, chance }: OutageVerifierOptions) {
    this.index = index
    this.kind = kind
    this.silenceMs = SILENCE_MS[kind]
    this.broker = broker
    this.#chance = chance
    this.#credential = credential
    this.clock = new MachineClock(time, start)
    this.setClock()
    this.link = new Network(chance, this.clock)
    this.link.connect((request) => this.#reach(request))
    this.hard = new Impairment(time)
    this.any = new Impairment(time)
    this.#verifier = this.#start()
  }

  /** Sets its clock, as well as it can be set. */
  setClock(): void {
    this.clock.offsetMs = Math.round((this.#chance.next() * 2 - 1) * MAX_OFFSET_MS)
    this.slowestMs = Math.max(this.slowestMs, -this.clock.offsetMs)
  }

  /** The process dies, and another one starts. */
  restart(): void {
    this.#verifier.close()
    this.hard.forget()
    this.any.forget()
    this.#verifier = this.#start()
  }

  close(): void {
    this.#verifier.close()
  }

  begin(cause: Cause, isHard: boolean): void {
    if (isHard) this.hard.begin(cause)
    this.any.begin(cause)
  }

  end(cause: Cause): void {
    this.hard.end(cause)
    this.any.end(cause)
  }

  /** Which server answers from now on. */
  connect(server: Handler | undefined): void {
    this.#server = server
    this.link.cutAll()
  }

  /** Nothing gets through, and the verifier is told so, or not. */
  partition(how: 'refused' | 'silent'): void {
    this.#partition = how
    if (how === 'refused') this.link.cutAll()
    else this.link.weather = { ...calm, lose: 1 }
  }

  heal(): void {
    this.#partition = undefined
    this.link.weather = calm
  }

  get position(): number {
    return this.#verifier.status().position
  }

  get state(): 'fresh' | 'grace' | 'stale' {
    return this.#verifier.status().state
  }

  /** Why it is not fresh, in its own words. */
  get reason(): string {
    return this.#verifier.status().reason ?? 'no reason given'
  }

  /** At once, or a promise where it waits for the log or for keys. */
  ask(token: string, requirement: Requirement): Verdict | Promise<Verdict> {
    try {
      const answer = this.#verifier.check({ authorization: `Bearer ${token}`, cookie: undefined }, requirement)
      return answer instanceof Promise ? answer.then(() => 'accepted' as const, verdictOf) : 'accepted'
    } catch (error) {
      return verdictOf(error)
    }
  }

  #reach(request: Request): Promise<Response> {
    if (this.#partition === 'silent') return new Promise(() => undefined)
    if (this.#partition === 'refused' || this.#server === undefined) return Promise.reject(new TypeError('fetch failed'))
    return this.#server(request)
  }

  #start(): Verifier {
    const platform = { clock: this.clock, random: { bytes: (length: number) => this.#chance.bytes(length) }, fetch: this.link.fetch }
    const { freshSeconds, graceSeconds } = bounds
    const options = { issuer, audience: issuer, credential: this.#credential, platform, freshness: { freshSeconds, graceSeconds } }
    if (this.kind === 'sse' || this.broker === undefined) return createVerifier(options)
    return createVerifier({ ...options, feed: openFeedOf(this.kind, this.broker, this.clock) })
  }
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof AuthError) return error.code
  throw error
}

/** Since when something is wrong that its causes explain, the time to recover included. */
export class Impairment {
  readonly #time: SimulatedTime
  readonly #causes = new Set<string>()
  #sinceMs = Number.NEGATIVE_INFINITY
  #recoveredAtMs: number

  constructor(time: SimulatedTime) {
    this.#time = time
    this.#recoveredAtMs = time.nowMs + RECOVERY_MS
  }

  begin(cause: string): void {
    if (!this.isImpaired) this.#sinceMs = this.#time.nowMs
    this.#causes.add(cause)
  }

  end(cause: string): void {
    if (this.#causes.delete(cause) && this.#causes.size === 0) this.#recoveredAtMs = this.#time.nowMs + RECOVERY_MS
  }

  /** What was known is gone: as if it had never been well. */
  forget(): void {
    this.#sinceMs = Number.NEGATIVE_INFINITY
    this.#recoveredAtMs = this.#time.nowMs + RECOVERY_MS
  }

  get isImpaired(): boolean {
    return this.#causes.size > 0 || this.#time.nowMs < this.#recoveredAtMs
  }

  /** 0 when nothing is. */
  get lastsMs(): number {
    return this.isImpaired ? this.#time.nowMs - this.#sinceMs : 0
  }

  get causes(): string {
    return [...this.#causes].join(', ') || 'recovering'
  }
}
