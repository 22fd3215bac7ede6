import { AuthError, type Clock } from '../core/index.ts'
import { answerInTime, unanswered } from './in-time.ts'
import type { TokenAuthority } from './token-authority.ts'

export interface IssuerQuestionsOptions {
  /** Undefined: there is nobody to ask. */
  readonly authority: TokenAuthority | undefined
  readonly clock: Clock
}

type Claims = Readonly<Record<string, unknown>>

interface Questions {
  /** The question that is under way. */
  readonly current: Promise<Claims | undefined>
  /** The one that will follow it, for all who asked since. */
  next: Promise<Claims | undefined> | undefined
}

const TIMEOUT_MS = 1000
/** Tokens that are asked about at one time. Anybody can present one, so there is a bound; beyond it the answer is 503. */
const MAX_CONCURRENT = 256
/** Tokens that the issuer has called dead: they stay it. Anybody can present more, so they are bounded. */
const MAX_DEAD = 4096

/**
 * Asks the issuer about single tokens, bounded in time and number. One question a token at a time: who comes while one is under way
 * shares the next, since the answer to the first may have been found before he came.
 */
export class IssuerQuestions {
  readonly #options: IssuerQuestionsOptions
  readonly #pending = new Map<string, Questions>()
  readonly #dead = new Set<string>()

  constructor(options: IssuerQuestionsOptions) {
    this.#options = options
  }

  /**
   * @returns the claims of a token that is alive at the issuer.
   * @throws {AuthError} `token_revoked` for one that is not; `revocation_unknown` when the issuer does not answer within a second;
   * `overloaded` when too many wait for it already.
   */
  async ask(token: string): Promise<Claims> {
    const claims = this.#dead.has(token) ? undefined : await this.#share(token)
    if (claims !== undefined) return claims
    if (this.#dead.size >= MAX_DEAD) this.#dead.clear()
    this.#dead.add(token)
    throw new AuthError('token_revoked', { by: 'issuer' })
  }

  #share(token: string): Promise<Claims | undefined> {
    const pending = this.#pending.get(token)
    if (pending === undefined) return this.#begin(token)
    // When the first is not answered, the next would not be either: it is not put.
    pending.next ??= pending.current.then(() => this.#begin(token))
    return pending.next
  }

  #begin(token: string): Promise<Claims | undefined> {
    if (this.#pending.size >= MAX_CONCURRENT) return Promise.reject(new AuthError('overloaded', { reason: 'questions' }))
    const current = this.#put(token).finally(() => {
      if (this.#pending.get(token)?.current === current) this.#pending.delete(token)
    })
    this.#pending.set(token, { current, next: undefined })
    return current
  }

  async #put(token: string): Promise<Claims | undefined> {
    const { authority, clock } = this.#options
    if (authority === undefined) throw unanswered('nobody_to_ask')
    return answerInTime(clock, TIMEOUT_MS, (signal) => authority.introspect(token, signal))
  }
}
