import { AuthError, type Clock, type EpochMs } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import type { ReplayStore } from 'countersign/replay'
import type { MasterSecret } from '../../signing/master-secret.ts'
import { CounterKeys } from '../throttle/counter-key.ts'
import { mailRule } from '../throttle/throttle-limits.ts'
import type { ThrottleStore } from '../throttle/throttle-store.ts'

export interface MailRequestLimitOptions {
  readonly throttle: ThrottleStore
  /** For the mails that were asked for to one address: shared by all servers, and not forgotten when one starts again. */
  readonly replay: ReplayStore
  readonly secret: MasterSecret
  readonly clock: Clock
}

/** Who asks for a mail, and to whom it would go. */
export interface MailAsker {
  /** Whether somebody has it or not. */
  readonly email: string
  /** The network address of who asks, where it is known. */
  readonly address: string | undefined
}

const SCOPE = 'mail-request'
const WINDOW_MS = 3_600_000
const MAILS_A_WINDOW = 5

/** So many mails and no more: to one address, whether it has an account or not, and asked for from one network. */
export class MailRequestLimit {
  readonly #throttle: ThrottleStore
  readonly #replay: ReplayStore
  readonly #keys: CounterKeys
  readonly #clock: Clock

  constructor({ throttle, replay, secret, clock }: MailRequestLimitOptions) {
    this.#throttle = throttle
    this.#replay = replay
    this.#keys = new CounterKeys(secret)
    this.#clock = clock
  }

  /** @throws {AuthError} `rate_limited` with `retryAfterSeconds`. */
  async admit({ email, address }: MailAsker): Promise<void> {
    const at = this.#clock.now()
    // First, and without a write where it says no: a flood from one place costs no more than a look.
    const outcome = await this.#throttle.charge([{ key: this.#keys.mail(address), rule: mailRule }], at)
    if ('waitUntil' in outcome) throw limited(outcome.waitUntil, at)
    await this.#takePlace(email, at)
  }

  /** One of the places of an hour. They are no list of addresses, but of hashes, and go with the hour. */
  async #takePlace(email: string, at: EpochMs): Promise<void> {
    const window = Math.floor(at / WINDOW_MS)
    const end = (window + 1) * WINDOW_MS
    const id = sha256Base64url(`${window} ${email.toLowerCase()}`)
    for (let place = 0; place < MAILS_A_WINDOW; place++) {
      if (await this.#replay.claim(SCOPE, `${id}.${place}`, end)) return
    }
    throw limited(end, at)
  }
}

const limited = (until: EpochMs, at: EpochMs): AuthError =>
  new AuthError('rate_limited', { limit: SCOPE, retryAfterSeconds: Math.max(1, Math.ceil((until - at) / 1000)) })
