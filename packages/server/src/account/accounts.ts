import type { Platform } from 'countersign/core'
import { AuthError, newSecret, parseSecret } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { actOn } from '../audit/index.ts'
import type { MailQueue, NewJob } from '../delivery/index.ts'
import type { Authentication, Authenticator } from '../session/authenticator.ts'
import type { SessionTokens, SignedIn } from '../session/session-tokens.ts'
import type { AuthenticatorAgain } from '../session/step-up.ts'
import { proofBy, type SignInGuard } from '../session/sign-in-guard.ts'
import { checkedGroups, checkedName, checkedRoles, checkPassword, emailOf } from './account-input.ts'
import { verificationMail } from './link/email-addresses.ts'
import { newUser } from './new-user.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { PasswordOwner, PasswordPolicy } from './password-policy/index.ts'
import type { User } from './user.ts'
import type { UserPage, UserStore } from './user-store.ts'

export interface AccountsOptions {
  readonly store: UserStore
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly tokens: SessionTokens
  readonly guard: SignInGuard
  /** Asks new people to prove their address. */
  readonly mail: MailQueue
  readonly platform: Platform
  /** What others are told of a new account: committed with it. */
  readonly announce?: (user: User) => readonly NewJob[]
}

/** Whoever signs up, without their password. */
export interface Profile {
  readonly email: string
  readonly name?: string
  /** Only with an operator's authority: the caller checks that. */
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  /** The address was proven elsewhere. Only with an operator's authority, as above. */
  readonly emailVerified?: boolean
  /** The language of the mail that asks to prove the address; none is sent without it, or where it is proven. */
  readonly locale?: string
}

export interface SignUp extends Profile {
  readonly password: string
}

/** A new password, of whatever form, in the place of one that was proven. */
export interface PasswordReplacement {
  readonly user: string
  /** The session that asks, which goes on; undefined keeps none. */
  readonly session: string | undefined
  /** The generation that was proven. */
  readonly fromGeneration: number
  /** What the new one is checked against. */
  readonly hash: string
}

export interface PasswordChangeRequest {
  readonly user: string
  /** The session that asks, which goes on; undefined keeps none. */
  readonly session: string | undefined
  readonly currentPassword: string
  readonly newPassword: string
}

/** Redeems the standing offer to create the first administrator. */
export interface SetupRequest {
  readonly token: string
  readonly email: string
  readonly password: string
  readonly name?: string
}

/** The role of operators. */
export const ADMINISTRATOR = 'admin'

const MAXIMUM_PAGE = 200
const SETUP_PREFIX = 'cs_setup'
const SETUP_LIFE_MS = 24 * 3_600_000

/** People and their passwords. Whatever makes older tokens wrong also writes its log entry, in the store's transaction. */
export class Accounts implements Authenticator, AuthenticatorAgain {
  readonly #store: UserStore
  readonly #hasher: PasswordHasher
  readonly #policy: PasswordPolicy
  readonly #tokens: SessionTokens
  readonly #guard: SignInGuard
  readonly #mail: MailQueue
  readonly #platform: Platform
  readonly #announce: (user: User) => readonly NewJob[]

  constructor(options: AccountsOptions) {
    this.#store = options.store
    this.#hasher = options.hasher
    this.#policy = options.policy
    this.#tokens = options.tokens
    this.#guard = options.guard
    this.#mail = options.mail
    this.#platform = options.platform
    this.#announce = options.announce ?? (() => [])
  }

  /**
   * Creates an account, and asks by mail to prove the address. Tells whether it is taken.
   *
   * @throws {AuthError} `request_invalid`, `email_taken`, `overloaded`.
   */
  signUp({ password, ...profile }: SignUp): Promise<User> {
    return this.create(profile, () => this.hashOf(password, profile))
  }

  /**
   * Creates an account with the password that it had elsewhere, of which only the hash is known. It is hashed anew when somebody first signs
   * in with it. Only with an operator's authority: the caller checks that.
   *
   * @throws {AuthError} `request_invalid` also for a hash that cannot be checked here; `email_taken`, `overloaded`.
   */
  adopt(profile: Profile, foreignHash: string): Promise<User> {
    return this.create(profile, () => this.#hasher.adopt(foreignHash))
  }

  /** Whether `adopt` would succeed now. Changes nothing. @throws {AuthError} as there. */
  async rehearseAdoption(profile: Profile, foreignHash: string): Promise<void> {
    const { email } = newUser(profile, this.#platform)
    await this.#hasher.adopt(foreignHash)
    if ((await this.#store.findByEmail(email)) !== undefined) throw new AuthError('email_taken')
  }

  /**
   * As `signUp`, for whoever knows already what the password is checked against.
   *
   * @param hash Asked for once the rest is known to be good.
   */
  async create(profile: Profile, hash: () => Promise<string>): Promise<User> {
    const user = newUser(profile, this.#platform)
    actOn('user', user.id)
    const { locale } = profile
    const mails = locale === undefined || user.emailVerifiedAt !== undefined ? [] : [verificationMail(user.id, locale, this.#platform)]
    const jobs = [...this.#mail.jobsOf(mails), ...this.#announce(user)]
    if ((await this.#store.create(user, await hash(), jobs)) === 'email_taken') throw new AuthError('email_taken')
    this.#mail.wake()
    return user
  }

  requireRoom(): void {
    this.#hasher.requireRoom()
  }

  /**
   * Checks e-mail and password. An unknown address, a wrong password and a suspended account look and take the same.
   *
   * @throws {AuthError} `credentials_invalid`, `overloaded`; `request_invalid` for a password that nobody can have.
   */
  async authenticate(email: string, password: string): Promise<Authentication> {
    checkPassword(password)
    const address = emailOf(email)
    const found = address === undefined ? undefined : await this.#store.findByEmail(address)
    const isRight = await this.#hasher.verify(password, found?.password.hash)
    if (found === undefined || !isRight || found.user.status !== 'active') {
      throw new AuthError('credentials_invalid', found === undefined ? {} : { user: found.user.id })
    }
    await this.#renewHash(found.user.id, password, found.password.hash)
    return { user: found.user.id, passwordGeneration: found.password.generation, amr: ['pwd'] }
  }

  /**
   * Changes the password: every older token and every other session of the user is dead when this returns.
   *
   * @returns new tokens for the session that asked; undefined when it had ended, or none was named.
   * @throws {AuthError} `credentials_invalid` when the current password is wrong; `conflict` when it was changed meanwhile;
   * `request_invalid`, `not_found`, `rate_limited`, `overloaded`.
   */
  async changePassword(request: PasswordChangeRequest): Promise<SignedIn | undefined> {
    const { user, session } = request
    const owner = await this.#store.find(user)
    if (owner === undefined) throw new AuthError('not_found', { user })
    // Before the slow part, and before anything is said of the current one.
    await this.#policy.check(request.newPassword, owner, '/new_password')
    const proving = (): Promise<number> => this.provePassword(user, request.currentPassword)
    const fromGeneration = await this.#guard.guard(proofBy(user, session), proving)
    const hash = await this.#hasher.hash(request.newPassword)
    return this.replacePassword({ user, session, fromGeneration, hash })
  }

  /**
   * Checks the password of somebody who is known already. Does not bound how often: whoever calls it does so within `SignInGuard.guard`.
   *
   * @returns the generation that was right.
   * @throws {AuthError} `credentials_invalid` when it is wrong; `request_invalid`, `not_found`, `overloaded`.
   */
  async provePassword(user: string, password: string, pointer = '/current_password'): Promise<number> {
    checkPassword(password, pointer)
    const current = await this.#store.findPassword(user)
    if (current === undefined) throw new AuthError('not_found', { user })
    if (!(await this.#hasher.verify(password, current.hash))) throw new AuthError('credentials_invalid', { user })
    return current.generation
  }

  /**
   * As `provePassword`, for a session that proves once more who it speaks for.
   *
   * @param password Without one nothing is proven, and no method is named: it is only known then beside which generation a second factor is proven.
   */
  async authenticateAgain(user: string, password: string | undefined): Promise<Authentication> {
    if (password !== undefined) {
      return { user, passwordGeneration: await this.provePassword(user, password, '/password'), amr: ['pwd'] }
    }
    const current = await this.#store.findPassword(user)
    if (current === undefined) throw new AuthError('not_found', { user })
    return { user, passwordGeneration: current.generation, amr: [] }
  }

  /** The second half of `changePassword`: what was proven is no longer the password. @throws {AuthError} `conflict`. */
  async replacePassword({ user, session, fromGeneration, hash }: PasswordReplacement): Promise<SignedIn | undefined> {
    const at = this.#platform.clock.now()
    const outcome = await this.#store.changePassword({ user, fromGeneration, hash, keepSession: session, at })
    if (outcome === 'changed_meanwhile') throw new AuthError('conflict', { user, reason: 'password_changed_meanwhile' })
    return outcome.kept === undefined ? undefined : this.#tokens.of(outcome.kept)
  }

  /** Ends all sessions and tokens at once; sign-in is refused until `restore`. @throws {AuthError} `not_found`. */
  async suspend(user: string): Promise<User> {
    return found(user, await this.#store.setStatus(user, 'suspended', this.#platform.clock.now()))
  }

  /** Lets the user sign in again. Revives nothing that was ended. @throws {AuthError} `not_found`. */
  async restore(user: string): Promise<User> {
    return found(user, await this.#store.setStatus(user, 'active', this.#platform.clock.now()))
  }

  /** Access tokens with the old roles die; sessions pick the new ones up. @throws {AuthError} `request_invalid`, `not_found`. */
  async setRoles(user: string, roles: readonly string[]): Promise<User> {
    return found(user, await this.#store.setRoles(user, checkedRoles(roles), this.#platform.clock.now()))
  }

  /** As `setRoles`. @throws {AuthError} `request_invalid`, `not_found`. */
  async setGroups(user: string, groups: readonly string[]): Promise<User> {
    return found(user, await this.#store.setGroups(user, checkedGroups(groups), this.#platform.clock.now()))
  }

  /** @param name Undefined, or nothing but space: none. @throws {AuthError} `request_invalid`, `not_found`. */
  async rename(user: string, name: string | undefined): Promise<User> {
    return found(user, await this.#store.setName(user, checkedName(name)))
  }

  find(user: string): Promise<User | undefined> {
    return this.#store.find(user)
  }

  /** By id, at most 200 at a time. */
  list(page: UserPage): Promise<readonly User[]> {
    return this.#store.list({ ...page, limit: Math.max(1, Math.min(page.limit, MAXIMUM_PAGE)) })
  }

  /**
   * Offers to create the first administrator, for 24 hours and once. A new offer replaces the one before.
   *
   * @returns the token to put into a link, shown once; undefined when there is an administrator already.
   */
  async offerSetup(): Promise<string | undefined> {
    const { clock, random } = this.#platform
    const token = newSecret(SETUP_PREFIX, random)
    const isOffered = await this.#store.offerSetup(sha256Base64url(token), clock.now() + SETUP_LIFE_MS)
    return isOffered ? token : undefined
  }

  /**
   * Creates the first administrator.
   *
   * @throws {AuthError} `not_found` when there is no such offer, or no longer; `credential_malformed` for a mistyped token;
   * `request_invalid`, `email_taken`, `overloaded`.
   */
  async redeemSetup({ token, ...request }: SetupRequest): Promise<User> {
    parseSecret(SETUP_PREFIX, token)
    const user = newUser({ ...request, roles: [ADMINISTRATOR] }, this.#platform)
    actOn('user', user.id)
    const hash = await this.hashOf(request.password, user)
    const outcome = await this.#store.redeemSetup(sha256Base64url(token), user, hash)
    if (outcome === 'created') return user
    throw outcome === 'email_taken' ? new AuthError('email_taken') : new AuthError('not_found', { reason: 'no_such_setup_offer' })
  }

  /** What a new password is stored as, once the rules have passed it. @throws {AuthError} `request_invalid`, `overloaded`. */
  async hashOf(password: string, owner: PasswordOwner): Promise<string> {
    await this.#policy.check(password, owner)
    return this.#hasher.hash(password)
  }

  /** Whoever has just shown the password gives it a hash of today's cost. Where there is no room for that now, the next sign-in does. */
  async #renewHash(user: string, password: string, stored: string): Promise<void> {
    if (!this.#hasher.needsRehash(stored)) return
    try {
      // Nothing happens when it has changed meanwhile: that one is newer.
      await this.#store.replaceHash(user, stored, await this.#hasher.hash(password))
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'overloaded') throw error
    }
  }
}

function found(id: string, user: User | undefined): User {
  if (user === undefined) throw new AuthError('not_found', { user: id })
  return user
}
