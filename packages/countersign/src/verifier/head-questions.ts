import { type Cancel, encodeBase64url, type Platform } from '../core/index.ts'
import type { Challenge, Position } from '../revocation/index.ts'

/** Who signs where the log ends now: the issuer. */
export interface HeadAuthority {
  /**
   * @returns a signed heartbeat that carries the nonce.
   * @throws {Error} There is no answer.
   */
  answer(nonce: string, signal: AbortSignal): Promise<string>
}

/** What is asked for; a `Replica` fits. */
export interface QuestioningReplica {
  ask(nonce: string): Challenge
  receive(compact: string): unknown
  /** @returns whether the position was reached in time. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
}

export interface HeadQuestionsOptions {
  /** Undefined: there is nobody to ask. */
  readonly authority: HeadAuthority | undefined
  readonly replica: QuestioningReplica
  readonly platform: Platform
  /** From one question to the next, at most, as long as they are answered. */
  readonly everyMs: number
  readonly timeoutMs: number
}

const NONCE_BYTES = 18
/** An answer that is ahead of us counts when the feed has brought what is missing. */
const CATCH_UP_MS = 250
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5000

/** Asks the issuer where its log ends: one question at a time, bounded in time; on a schedule once it was started. */
export class HeadQuestions {
  readonly #options: HeadQuestionsOptions
  /** The question that is under way. */
  #current: Promise<boolean> | undefined
  /** The one that will follow it, for all who asked since. */
  #next: Promise<boolean> | undefined
  #isClosed = false
  #failures = 0
  #problem: string | undefined
  #abort: (reason: string) => void = () => undefined
  #cancelTimer: Cancel = () => undefined

  constructor(options: HeadQuestionsOptions) {
    this.#options = options
  }

  /** Why questions are not answered, as long as they are not. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Asks again and again from now on. */
  start(): void {
    void this.#askOnSchedule()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer()
    this.#abort('the verifier is closed')
  }

  /**
   * Whether the replica knew everything that was committed before this call: who comes while a question is under way shares the next, since
   * the answer to the first may have been signed before he came. Never throws.
   */
  confirm(): Promise<boolean> {
    if (this.#current === undefined) return this.#begin()
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      return this.#begin()
    })
    return this.#next
  }

  async #askOnSchedule(): Promise<void> {
    const { clock } = this.#options.platform
    const begunMs = clock.monotonicMs()
    this.#failures = (await this.confirm()) ? 0 : this.#failures + 1
    if (this.#isClosed) return
    const takenMs = clock.monotonicMs() - begunMs
    this.#cancelTimer = clock.after(Math.max(0, this.#pauseMs() - takenMs), () => void this.#askOnSchedule())
  }

  /** Jittered, so that many verifiers do not ask at one moment. */
  #pauseMs(): number {
    const { everyMs, platform } = this.#options
    const jitter = (platform.random.bytes(1)[0] ?? 0) / 255
    if (this.#failures === 0) return (everyMs * (3 + jitter)) / 4
    return (Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1)) * (1 + jitter)) / 2
  }

  #begin(): Promise<boolean> {
    const current = this.#put().finally(() => {
      this.#current = undefined
    })
    this.#current = current
    return current
  }

  async #put(): Promise<boolean> {
    const { authority, replica, platform } = this.#options
    if (authority === undefined || this.#isClosed) return false
    const challenge = replica.ask(encodeBase64url(platform.random.bytes(NONCE_BYTES)))
    try {
      replica.receive(await this.#inTime((signal) => authority.answer(challenge.nonce, signal)))
    } catch (error) {
      this.#problem = `the issuer has not answered a challenge: ${error instanceof Error ? error.message : 'unknown reason'}`
      return false
    }
    this.#problem = challenge.answer === undefined ? 'what the issuer answers to a challenge cannot be used' : undefined
    if (challenge.answer === undefined || challenge.isConfirmed) return challenge.isConfirmed
    await replica.waitFor(challenge.answer.position, CATCH_UP_MS)
    return challenge.isConfirmed
  }

  async #inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { platform, timeoutMs } = this.#options
    const controller = new AbortController()
    const aborted = new Promise<never>((_, reject) => {
      this.#abort = (reason) => {
        reject(new Error(reason))
        controller.abort()
      }
    })
    const cancel = platform.clock.after(timeoutMs, () => this.#abort(`no answer for ${timeoutMs} ms`))
    try {
      return await Promise.race([ask(controller.signal), aborted])
    } finally {
      cancel()
      this.#abort = () => undefined
    }
  }
}
