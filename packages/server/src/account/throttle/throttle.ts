import { AuthError, type Platform, type RefusalCode } from 'countersign/core'
import { nameAct } from '../../audit/index.ts'
import type { SessionAttempt, SignInAttempt, SignInGuard } from '../../session/sign-in-guard.ts'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { UserStore } from '../user-store.ts'
import type { CounterCharge, CounterRule } from './counter.ts'
import { CounterKeys, kindOf, lastCounterKey } from './counter-key.ts'
import { type DeviceTokens, isOf } from './device-token.ts'
import { type AttemptKind, type CounterKind, counterRules, type SignInLimits } from './throttle-limits.ts'
import type { ThrottleStore } from './throttle-store.ts'

export interface ThrottleOptions {
  readonly store: ThrottleStore
  readonly users: Pick<UserStore, 'find' | 'findByEmail' | 'findPassword'>
  readonly devices: DeviceTokens
  readonly secret: MasterSecret
  readonly limits: SignInLimits
  readonly platform: Platform
  /** Told of each attempt of somebody who is not signed in that came to nothing. Must not throw. */
  readonly onFailed?: (code: RefusalCode) => void
  /** Told of each attempt that has to wait. Must not throw. */
  readonly onHeld?: () => void
}

export type Attempt = SignInAttempt | SessionAttempt

/** An attempt that was let in, and counts as a wrong one until it is known to be right. */
export interface Admission {
  /** Says which counters it stands in, for whoever goes on with `Throttle.resume`: under seal. */
  readonly receipt: string
  /** Of somebody who is not signed in. */
  readonly isOfStranger: boolean
  /** It was right: what this person tried wrongly from here before is forgiven; what others tried on the account is not. */
  succeeded(): Promise<void>
  /** It was wrong. Nothing changes, so that a wrong attempt takes no longer than an unknown account. */
  failed(): Promise<void>
  /** Nothing was guessed: it does not count. */
  withdrawn(): Promise<void>
}

/** Nothing was guessed wrongly where one of these is the answer. Whatever else went wrong counts: the machine may have stopped half-way. */
const noGuesses: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'conflict',
  'factor_required',
  'not_found',
  'overloaded',
  'rate_limited',
  'request_invalid',
  'request_replayed',
  'unavailable',
])

/** What a right attempt forgives beside itself: counters that only its own person, from here, can have filled. */
const own: ReadonlySet<CounterKind> = new Set<CounterKind>(['pair', 'device'])

const SWEPT_AT_ONCE = 2 ** 16
const RECEIPT_RADIX = 36

interface Held {
  readonly key: number
  /** What the charge has set. */
  readonly nextAt: number
}

/**
 * Bounds how often secrets are guessed (MISSION H02). A stranger is counted four times: on the account from where they come, on the account,
 * from their network, and among all strangers; whoever comes from a device that has signed in before, or within a session, only there. So no
 * stranger, and no number of them, can make somebody wait on a device of their own.
 */
export class Throttle implements SignInGuard {
  readonly #options: ThrottleOptions
  readonly #keys: CounterKeys
  readonly #rules: Readonly<Record<AttemptKind, CounterRule>>

  constructor(options: ThrottleOptions) {
    this.#options = options
    this.#keys = new CounterKeys(options.secret)
    this.#rules = counterRules(options.limits)
  }

  /**
   * Lets an attempt in and counts it as a wrong one, in one transaction with the decision. Unknown and known accounts are alike.
   *
   * @throws {AuthError} `rate_limited` with `retryAfterSeconds`; nothing is counted then. `unavailable` when it cannot be counted.
   */
  async admit(attempt: Attempt): Promise<Admission> {
    if ('account' in attempt) nameAct({ account: attempt.account })
    const charges = await this.#chargesOf(attempt)
    const at = this.#options.platform.clock.now()
    const outcome = await this.#options.store.charge(charges, at)
    const isOfStranger = !('session' in attempt) && attempt.isSignedIn !== true
    if ('waitUntil' in outcome) {
      this.#options.onHeld?.()
      if (isOfStranger) this.#options.onFailed?.('rate_limited')
      throw new AuthError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil((outcome.waitUntil - at) / 1000)) })
    }
    const held = charges.map(({ key }, index) => ({ key, nextAt: outcome.nextAt[index] ?? at }))
    return this.#admission(held, isOfStranger)
  }

  /** The admission that a receipt is of. That nobody has written it themselves, and that it is used once, is the caller's to see to. */
  resume(receipt: string): Admission {
    const held = receipt.split(',').map((part) => part.split('.').map((digits) => Number.parseInt(digits, RECEIPT_RADIX)))
    const counters = held.map(([key = 0, nextAt = 0]) => ({ key, nextAt }))
    return this.#admission(counters, true)
  }

  async guard<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
    return this.settle(await this.admit(attempt), work)
  }

  /** As `guard`, for an attempt that was let in before. */
  async settle<Result>(admission: Admission, work: () => Promise<Result>): Promise<Result> {
    let result: Result
    try {
      result = await work()
    } catch (error) {
      const code = error instanceof AuthError ? error.code : 'internal'
      if (admission.isOfStranger) this.#options.onFailed?.(code)
      const isGuess = !noGuesses.has(code)
      await (isGuess ? admission.failed() : admission.withdrawn())
      throw error
    }
    await admission.succeeded()
    return result
  }

  /** Lets strangers try anew on an account at once. */
  async forgive(account: string): Promise<void> {
    const name = await this.#nameOf(account)
    const key = this.#keys.account(name)
    await this.#options.store.forget(key, key)
    await this.#options.store.forget(...this.#keys.pairs(name))
  }

  /** Drops what says nothing any more, in pieces between which others get their turn. @returns how many counters went. */
  async sweep(): Promise<number> {
    let swept = 0
    for (let first = 0; first <= lastCounterKey; first += SWEPT_AT_ONCE) {
      swept += await this.#options.store.sweep(first, first + SWEPT_AT_ONCE - 1, this.#options.platform.clock.now())
    }
    return swept
  }

  async #chargesOf(attempt: Attempt): Promise<readonly CounterCharge[]> {
    if ('session' in attempt) return [this.#charge('session', this.#keys.session(attempt.session))]
    const name = await this.#nameOf(attempt.account)
    const device = await this.#knownDevice(name, attempt.deviceToken)
    if (device !== undefined) return [this.#charge('device', device)]
    const { address } = attempt
    const charges = [
      this.#charge('pair', this.#keys.pair(name, address)),
      this.#charge('account', this.#keys.account(name)),
      this.#charge('everyone', this.#keys.crowd(address)),
    ]
    if (address !== undefined) charges.push(this.#charge('address', this.#keys.address(address)))
    return charges.sort((one, other) => one.key - other.key)
  }

  #charge(kind: AttemptKind, key: number): CounterCharge {
    return { key, rule: this.#rules[kind] }
  }

  /** The counter of a device of the account's owner. Asked of any account alike: only the holder of a token learns how long it takes. */
  async #knownDevice(name: string, token: string | undefined): Promise<number | undefined> {
    const known = token === undefined ? undefined : this.#options.devices.verify(token)
    if (known === undefined) return undefined
    const found = await this.#options.users.findByEmail(name)
    if (found === undefined || !isOf(known, { user: found.user.id, passwordGeneration: found.password.generation })) return undefined
    return this.#keys.device(known.user, known.device)
  }

  /** One name for an account, whichever way it was named. */
  async #nameOf(account: string): Promise<string> {
    const email = account.includes('@') ? account : (await this.#options.users.find(account))?.email
    return (email ?? account).trim().toLowerCase()
  }

  #admission(held: readonly Held[], isOfStranger: boolean): Admission {
    const release = async (forgives: ReadonlySet<CounterKind>): Promise<void> => {
      const releases = held.flatMap(({ key, nextAt }) => {
        const kind = kindOf(key)
        return kind === undefined || kind === 'mail' || kind === 'stranger'
          ? []
          : [{ key, nextAt, rule: this.#rules[kind], all: forgives.has(kind) }]
      })
      await this.#options.store.release(releases, this.#options.platform.clock.now())
    }
    return {
      isOfStranger,
      receipt: held.map(({ key, nextAt }) => `${key.toString(RECEIPT_RADIX)}.${nextAt.toString(RECEIPT_RADIX)}`).join(','),
      succeeded: () => release(own),
      failed: async () => undefined,
      withdrawn: () => release(new Set()),
    }
  }
}
