import type { Clock, EpochMs } from '../core/index.ts'
import { Challenge } from './challenge.ts'
import type { LogHead } from './entry.ts'
import type { HeartbeatMessage } from './feed-message.ts'
import type { Freshness } from './freshness.ts'
import type { Position } from './position.ts'

/**
 * What confirms that a replica is complete. `heartbeat`: whatever the issuer signs, by its time and our wall clock. `challenge`: answers to
 * our own questions alone, by our monotonic clock; all else moves data, and may contradict it.
 */
export type ProofKind = 'heartbeat' | 'challenge'

/** A signed word about the end of the log, unasked or in answer to a challenge. */
export interface Statement extends LogHead {
  readonly at: EpochMs
  readonly challenge: Challenge | undefined
}

export interface HeadProofOptions {
  readonly kind: ProofKind
  readonly clock: Clock
  readonly freshness: Freshness
}

/** The issuer's time, and when it came, on the monotonic clock. */
interface SignedTime {
  readonly at: EpochMs
  readonly receivedMs: number
}

/** Which statements of the issuer count as proof that nothing is missing, and those that will when the entries before them have come. */
export class HeadProof {
  readonly #options: HeadProofOptions
  /** The newest question, until it is answered. */
  #asked: Challenge | undefined
  #answeredAt: SignedTime | undefined
  /** The oldest statement that is ahead of us, one that somebody waits for before any other. */
  #awaited: Statement | undefined

  constructor(options: HeadProofOptions) {
    this.#options = options
  }

  get isByChallenge(): boolean {
    return this.#options.kind === 'challenge'
  }

  /** What the next confirmation could be. */
  get awaited(): Statement | undefined {
    return this.#awaited
  }

  ask(nonce: string, position: Position): Challenge {
    this.#asked = new Challenge(nonce, this.#options.clock.monotonicMs(), position)
    return this.#asked
  }

  /** Reads a heartbeat. As the answer to our newest question it counts once. */
  read({ head, hash, at, nonce }: HeartbeatMessage): Statement {
    const asked = this.#asked
    const answered = asked?.nonce === nonce ? asked : undefined
    if (answered !== undefined) {
      this.#asked = undefined
      answered.hear({ position: head, hash })
      this.#answeredAt = { at, receivedMs: this.#options.clock.monotonicMs() }
    }
    return { position: head, hash, at, challenge: answered }
  }

  /**
   * The issuer's time as it must be by now, at least: the answer had been on its way before it came. Undefined where our own clock is
   * believed, and before the first answer.
   */
  issuerTime(): EpochMs | undefined {
    if (!this.isByChallenge || this.#answeredAt === undefined) return undefined
    const { at, receivedMs } = this.#answeredAt
    return Math.floor(at + this.#options.clock.monotonicMs() - receivedMs)
  }

  /** Whether it can say more than what was confirmed before. */
  isNews({ at, challenge }: Statement): boolean {
    return challenge !== undefined || this.isByChallenge || this.#options.freshness.isNews(at)
  }

  /** The replica knows everything up to this statement. */
  confirm({ at, challenge }: Statement): void {
    challenge?.confirm()
    const { freshness } = this.#options
    if (!this.isByChallenge) freshness.confirm(at)
    else if (challenge !== undefined) freshness.confirmAsked(challenge.askedMs)
  }

  /** The replica does not know everything up to this statement yet. */
  await(said: Statement): void {
    if (said.challenge === undefined && this.isByChallenge) return
    if (this.#awaited === undefined || (this.#awaited.challenge === undefined && said.challenge !== undefined)) this.#awaited = said
  }

  forgetAwaited(): void {
    this.#awaited = undefined
  }
}
