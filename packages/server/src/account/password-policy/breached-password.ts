import { hash } from 'node:crypto'
import { AuthError, type Platform } from 'countersign/core'
import { apart } from '../../audit/index.ts'
import { WorkQueue } from '../work-queue.ts'

/** Knows the passwords that have been in data breaches. */
export interface BreachedPasswords {
  /** @throws {AuthError} `overloaded` when nobody can say and nobody is to be let through. */
  has(password: string): Promise<boolean>
}

export const noBreachedPasswords: BreachedPasswords = Object.freeze({ has: async () => false })

export interface PasswordRangesOptions {
  /** The first five hexadecimal digits of the SHA-1 digest are put behind it, such as `https://api.pwnedpasswords.com/range`. */
  readonly url: string
  /**
   * When the answer is missing. `accept` lets the password through and tells `onOutage`: somebody whose password has leaked can change it while
   * others are down. `refuse` lets nobody set a password meanwhile.
   */
  readonly whenUnavailable: 'accept' | 'refuse'
  readonly platform: Platform
  readonly onOutage: (error: unknown) => void
}

const PREFIX = 5
const TIMEOUT_MS = 2000
/** A range has some 40 kB. */
const MOST_CHARACTERS = 1_048_576
const QUESTIONS_AT_ONCE = 8
const MOST_WAITING = 64

/**
 * The list behind Have I Been Pwned's range API, by k-anonymity: what leaves this machine fits a million passwords. Not even the trace in which it is
 * asked is one that others know.
 */
export class PasswordRanges implements BreachedPasswords {
  readonly #options: PasswordRangesOptions
  readonly #questions: WorkQueue

  constructor(options: PasswordRangesOptions) {
    this.#options = options
    const { clock } = options.platform
    this.#questions = new WorkQueue({ name: 'breached passwords', concurrency: QUESTIONS_AT_ONCE, maxWaiting: MOST_WAITING, clock })
  }

  async has(password: string): Promise<boolean> {
    const digest = hash('sha1', password.normalize('NFC'), 'hex').toUpperCase()
    try {
      const range = await this.#questions.run(() => apart(() => this.#ask(digest.slice(0, PREFIX))))
      return countOf(range, digest.slice(PREFIX)) > 0
    } catch (error) {
      this.#options.onOutage(error)
      if (this.#options.whenUnavailable === 'accept') return false
      throw new AuthError('overloaded', { reason: 'breached_passwords_unavailable' }, { cause: error })
    }
  }

  async #ask(prefix: string): Promise<string> {
    const { url, platform } = this.#options
    const response = await platform.fetch(`${url}/${prefix}`, {
      // All answers get one length: even that would tell the range to whoever watches the line.
      headers: { 'add-padding': 'true' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.status !== 200 || response.body === null)
      throw new Error(`the list of breached passwords answered with status ${response.status}`)
    let text = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.length > MOST_CHARACTERS) throw new Error('the list of breached passwords answered with too much')
    }
    return text
  }
}

/** Lines of `SUFFIX:COUNT`; a count of 0 is padding. */
function countOf(range: string, suffix: string): number {
  for (const line of range.split('\n')) {
    const [found, count] = line.trim().split(':')
    if (found?.toUpperCase() === suffix) return Number(count)
  }
  return 0
}
