import { AuthError } from 'countersign/core'
import { checkNewPassword } from '../account-input.ts'
import { type BreachedPasswords, noBreachedPasswords } from './breached-password.ts'
import { isCommonPassword, isPattern } from './common-password.ts'
import { contextWords, withoutWords } from './context-word.ts'

export interface PasswordPolicyOptions {
  /** Characters. Default 8; no less (ASVS 5.0 V6.2.1). */
  readonly minimumLength?: number
  /** What everybody can guess here: the name of the service, of its company, of its product, and where it is. */
  readonly words?: readonly string[]
  readonly breached?: BreachedPasswords
}

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly email: string
  readonly name?: string | undefined
}

const LEAST_LENGTH = 8

/**
 * What makes a good password (NIST SP 800-63B section 3.1.1.2, ASVS 5.0 V6.2): long enough, and none that is tried first. Of any characters,
 * and for as long as its owner likes.
 */
export class PasswordPolicy {
  readonly #minimumLength: number
  readonly #words: readonly string[]
  readonly #breached: BreachedPasswords

  constructor({ minimumLength = LEAST_LENGTH, words = [], breached = noBreachedPasswords }: PasswordPolicyOptions = {}) {
    if (minimumLength < LEAST_LENGTH) throw new RangeError(`minimumLength must be at least ${LEAST_LENGTH}`)
    this.#minimumLength = minimumLength
    this.#words = words
    this.#breached = breached
  }

  /**
   * Checks a password that is being set. The cheap rules first, the network last.
   *
   * @param pointer The member of the request that it came in.
   * @throws {AuthError} `request_invalid` naming the rule, never the password; `overloaded` where the list of breached passwords must be
   * asked and cannot be.
   */
  async check(password: string, owner: PasswordOwner, pointer: string = '/password'): Promise<void> {
    const refuse = (rule: string, problem: string): never => {
      throw new AuthError('request_invalid', { pointer, problem, rule, least: this.#minimumLength })
    }
    checkNewPassword(password, pointer)
    if (lengthOf(password) < this.#minimumLength) refuse('password_short', `must have at least ${this.#minimumLength} characters`)
    if (isPattern(password)) refuse('password_pattern', 'must not be a repetition or a sequence')
    const rest = withoutWords(password, contextWords([owner.email, owner.name ?? '', ...this.#words]))
    if (rest !== undefined && lengthOf(rest) < this.#minimumLength) {
      refuse(
        'password_personal',
        `must still have ${this.#minimumLength} characters without your name, your address and the name of this service`,
      )
    }
    if (await isCommonPassword(password)) refuse('password_common', 'is one of the most common passwords')
    if (await this.#breached.has(password)) refuse('password_breached', 'is known from a data breach')
  }
}

const lengthOf = (text: string): number => [...text.normalize('NFC')].length
