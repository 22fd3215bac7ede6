import type { LogHead } from './entry.ts'
import type { Position } from './position.ts'

/**
 * A question about the end of the log, put to the issuer under a nonce that nobody has used before. The signed answer was made after it
 * was asked: that bounds its age by our monotonic clock alone, however long it was on its way.
 */
export class Challenge {
  readonly nonce: string
  /** Of the monotonic clock, before the question was sent. */
  readonly askedMs: number
  /** Where the asking replica stood: an issuer that answers with less is behind it. */
  readonly position: Position
  #answer: LogHead | undefined
  #isConfirmed = false

  constructor(nonce: string, askedMs: number, position: Position) {
    this.nonce = nonce
    this.askedMs = askedMs
    this.position = position
  }

  /** Where the log ended, as the issuer has answered. */
  get answer(): LogHead | undefined {
    return this.#answer
  }

  /** The replica knows everything up to the answer. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /** Takes the issuer's answer, whose signature was verified. */
  hear(answer: LogHead): void {
    this.#answer = answer
  }

  confirm(): void {
    this.#isConfirmed = true
  }
}
