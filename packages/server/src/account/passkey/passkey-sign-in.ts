import { AuthError, type EpochMs, type Platform } from 'countersign/core'
import { equalText } from 'countersign/crypto'
import type { Authentication } from '../../session/authenticator.ts'
import type { FactorProof, PasskeyAssertion } from '../../session/second-factor.ts'
import type { UserStore } from '../user-store.ts'
import { type ClientData, CeremonyFailure, type PasskeyCeremony, readClientData, type VerifiedAssertion } from './passkey-ceremony.ts'
import type { OpenChallenge, PasskeyChallenges } from './passkey-challenge.ts'
import { discoverOptions, factorOptions, type RequestOptions, userHandleOf } from './passkey-options.ts'
import type { Passkey, PasskeyStore } from './passkey-store.ts'
import type { RelyingParty } from './relying-party.ts'

/** A signature whose count is not above the last: somebody may have copied the key (WebAuthn Level 3 section 6.1.1). */
export interface PasskeyCounterBack {
  readonly passkey: string
  readonly user: string
  readonly stored: number
  readonly presented: number
  readonly at: EpochMs
}

export interface PasskeySignInOptions {
  readonly store: PasskeyStore
  readonly users: UserStore
  readonly party: RelyingParty
  readonly challenges: PasskeyChallenges
  readonly ceremony: PasskeyCeremony
  readonly platform: Platform
  /** Told of a signature that was refused for its count. Must not throw. */
  readonly onCounterBack: (event: PasskeyCounterBack) => void
}

/** Somebody who is known, and the session that asks, if there is one. */
interface Known {
  readonly user: string
  readonly session?: string | undefined
}

/** A passkey and the count of its newest signature, both verified. */
interface Shown {
  readonly passkey: Passkey
  readonly assertion: VerifiedAssertion
  readonly challenge: OpenChallenge
}

/** Passkeys at sign-in: in the place of everything else, or beside the password. */
export class PasskeySignIn {
  readonly #options: PasskeySignInOptions

  constructor(options: PasskeySignInOptions) {
    this.#options = options
  }

  /**
   * For somebody who is not known yet: the same for everybody, whoever has an account.
   *
   * @param visit What only this browser has. A page whose answer sets cookies gives one, so that nobody signs others in as themselves.
   */
  discover(visit = ''): RequestOptions {
    const { party, challenges } = this.#options
    return discoverOptions(party, challenges.issue('sign-in', visit))
  }

  /** That the first factor of somebody with a passkey was right, so that their passkeys may be named to whoever has shown it. */
  ticketFor(user: string): string {
    return `${user}.${this.#options.challenges.issue('ticket', user)}`
  }

  /**
   * For the second factor of a sign-in.
   *
   * @param ticket As `ticketFor` gave it.
   * @throws {AuthError} `request_invalid` for one that we have not made, or too long ago; `not_found` when no passkey is left.
   */
  factorOptions(ticket: string): Promise<RequestOptions> {
    const [user = '', proof = ''] = ticket.split('.')
    if (this.#options.challenges.open('ticket', user, proof) === undefined) throw begun('/factor_ticket')
    return this.ownOptions({ user })
  }

  /** For somebody who is signed in, or whose first factor was right. @throws {AuthError} `not_found` where there is no passkey. */
  async ownOptions(known: Known): Promise<RequestOptions> {
    const { store, party, challenges } = this.#options
    const passkeys = await store.list(known.user)
    if (passkeys.length === 0) throw new AuthError('not_found', { user: known.user, reason: 'no_passkey' })
    return factorOptions(party, challenges.issue('factor', bindingOf(known)), passkeys)
  }

  /**
   * Who has signed the challenge of `discover`: by a key that they hold, which has made sure of them, and so by two factors. Does not check
   * whether the account is still as it was: `Sessions.open` does, by the generation.
   *
   * @throws {AuthError} `credentials_invalid` alike for an unknown passkey, a wrong signature, one for another place, and one of nobody in
   *   particular; `request_invalid` for a challenge that is none of ours, or too old; `request_replayed` the second time.
   */
  async authenticate(assertion: PasskeyAssertion, visit = ''): Promise<Authentication> {
    const shown = await this.#shown(assertion, { purpose: 'sign-in', binding: visit })
    const { user } = shown.passkey
    // Nobody was named before: the authenticator has to say whose it is (section 7.2, step 6).
    if (assertion.response.userHandle === undefined) throw refused(user, 'user_handle')
    if (!shown.assertion.userVerified) throw refused(user, 'user_not_verified')
    // Read before the passkey is used, so that `open` finds out if it was removed in between.
    const password = await this.#options.users.findPassword(user)
    if (password === undefined) throw refused(user, 'no_user')
    await this.#use(shown)
    return { user, passwordGeneration: password.generation, amr: [...methodsOf(shown), 'mfa'], isMultiFactor: true }
  }

  /** @returns method references. @throws {AuthError} as `authenticate`; `credentials_invalid` also for the passkey of somebody else. */
  async prove(
    user: string,
    { passkey: assertion, session }: Extract<FactorProof, { readonly passkey: unknown }>,
  ): Promise<readonly string[]> {
    const shown = await this.#shown(assertion, { purpose: 'factor', binding: bindingOf({ user, session }) })
    if (shown.passkey.user !== user) throw refused(user, 'other_user')
    await this.#use(shown)
    return methodsOf(shown)
  }

  async #shown(assertion: PasskeyAssertion, { purpose, binding }: { purpose: 'sign-in' | 'factor'; binding: string }): Promise<Shown> {
    const { challenges, store, ceremony } = this.#options
    const clientData = clientDataOf(assertion)
    const challenge = challenges.open(purpose, binding, clientData.challenge)
    if (challenge === undefined) throw begun('/passkey/response/clientDataJSON')
    const passkey = await store.findByCredential(assertion.id)
    if (passkey === undefined) throw new AuthError('credentials_invalid', { reason: 'passkey_unknown' })
    const { userHandle } = assertion.response
    if (userHandle !== undefined && !equalText(userHandle, userHandleOf(passkey.user))) throw refused(passkey.user, 'user_handle')
    try {
      return { passkey, challenge, assertion: await ceremony.verifyAssertion(passkey, assertion, clientData) }
    } catch (error) {
      throw error instanceof CeremonyFailure ? refused(passkey.user, error.reason) : error
    }
  }

  /** Once all else was right. @throws {AuthError} `request_replayed`, `credentials_invalid`. */
  async #use({ passkey, challenge, assertion: { counter, backedUp } }: Shown): Promise<void> {
    const { challenges, store, platform, onCounterBack } = this.#options
    const { id, user } = passkey
    await challenges.claim(challenge)
    const at = platform.clock.now()
    if (await store.use({ id, counter, backedUp, at })) return
    const now = await store.findByCredential(passkey.credential)
    if (now?.id !== id) throw refused(user, 'removed_meanwhile')
    onCounterBack({ passkey: id, user, stored: now.counter, presented: counter, at })
    throw refused(user, 'counter_back')
  }
}

function clientDataOf({ response }: PasskeyAssertion): ClientData {
  try {
    return readClientData(response.clientDataJSON)
  } catch (error) {
    throw new AuthError('credentials_invalid', { factor: 'passkey', reason: 'client_data' }, { cause: error })
  }
}

const bindingOf = ({ user, session = '' }: Known): string => `${user}.${session}`

/** RFC 8176: a key that never leaves its hardware, or one that software carries from device to device; and that somebody was there. */
const methodsOf = ({ passkey }: Shown): readonly string[] => [passkey.synced ? 'swk' : 'hwk', 'user']

const refused = (user: string, reason: string): AuthError => new AuthError('credentials_invalid', { user, factor: 'passkey', reason })

const begun = (pointer: string): AuthError =>
  new AuthError('request_invalid', { pointer, problem: 'is none of ours, or has expired: begin again' })
