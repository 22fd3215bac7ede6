import { AuthError, newId, type Platform } from 'countersign/core'
import { actOn } from '../../audit/index.ts'
import { makeRecoveryCodes } from '../factor/recovery-codes.ts'
import type { User } from '../user.ts'
import { CeremonyFailure, type PasskeyCeremony, type PasskeyRegistration, readClientData } from './passkey-ceremony.ts'
import type { PasskeyChallenges } from './passkey-challenge.ts'
import { type CreationOptions, creationOptions } from './passkey-options.ts'
import type { Passkey, PasskeyStore } from './passkey-store.ts'
import type { RelyingParty } from './relying-party.ts'

export interface PasskeysOptions {
  readonly store: PasskeyStore
  readonly party: RelyingParty
  readonly challenges: PasskeyChallenges
  readonly ceremony: PasskeyCeremony
  readonly platform: Platform
}

/** Who enrols, and in which session: the challenge is good in no other. */
export interface Enrolling {
  readonly user: string
  readonly session: string
}

export interface NewPasskey {
  readonly passkey: Passkey
  /** Shown once. None where the account has some, beside another second factor. */
  readonly recoveryCodes: readonly string[]
}

const PREFIX = 'psk'
/** More than anybody carries; each is named in every sign-in of its owner. */
const MAXIMUM = 20
const DEFAULT_NAME = 'Passkey'
const transportForm = /^[a-z-]{1,32}$/
const MAXIMUM_TRANSPORTS = 8

/** The passkeys of an account. That whoever changes them has proved themselves lately is the caller's to check. */
export class Passkeys {
  readonly #options: PasskeysOptions

  constructor(options: PasskeysOptions) {
    this.#options = options
  }

  /** What a browser is asked to make. Nothing is stored. @throws {AuthError} `conflict` when there are 20 already. */
  async begin(user: Pick<User, 'id' | 'email' | 'name'>, session: string): Promise<CreationOptions> {
    const { store, party, challenges } = this.#options
    const passkeys = await store.list(user.id)
    if (passkeys.length >= MAXIMUM) throw tooMany(user.id)
    return creationOptions({ party, user, passkeys, challenge: challenges.issue('enrol', bindingOf({ user: user.id, session })) })
  }

  /**
   * The passkey is in use from now on: every access token of before is dead, and the sessions get new ones when they refresh.
   *
   * @throws {AuthError} `request_invalid` for what is no answer to `begin`, or too late a one; `request_replayed` the second time; `conflict` when the
   *   passkey is known already, or there are too many.
   */
  async confirm(enrolling: Enrolling, registration: PasskeyRegistration, name: string = DEFAULT_NAME): Promise<NewPasskey> {
    const { store, challenges, platform } = this.#options
    const { user } = enrolling
    const made = await this.#verified(enrolling, registration)
    await challenges.claim(made.challenge)
    const { codes, set: recovery } = makeRecoveryCodes(platform.random)
    const facts = { transports: transportsOf(registration), name, createdAt: platform.clock.now(), lastUsedAt: undefined }
    const passkey: Passkey = { id: newId(PREFIX, platform.random), user, ...made.credential, ...facts }
    actOn('passkey', passkey.id)
    const outcome = await store.enrol({ passkey, maximum: MAXIMUM, recovery })
    if (outcome === 'refused') throw tooMany(user)
    return { passkey, recoveryCodes: outcome === 'first' ? codes : [] }
  }

  list(user: string): Promise<readonly Passkey[]> {
    return this.#options.store.list(user)
  }

  /** @throws {AuthError} `not_found`. */
  async rename(user: string, id: string, name: string): Promise<Passkey> {
    const renamed = await this.#options.store.rename(user, id, name)
    if (renamed === undefined) throw new AuthError('not_found', { user, passkey: id })
    return renamed
  }

  /** It signs nobody in any more, and every access token of before is dead; sessions go on, those that it has opened too. @throws {AuthError} `not_found`. */
  async remove(user: string, id: string): Promise<void> {
    const { store, platform } = this.#options
    if (!(await store.remove(user, id, platform.clock.now()))) throw new AuthError('not_found', { user, passkey: id })
  }

  async #verified(enrolling: Enrolling, registration: PasskeyRegistration) {
    const { challenges, ceremony } = this.#options
    try {
      const clientData = readClientData(registration.response.clientDataJSON)
      const challenge = challenges.open('enrol', bindingOf(enrolling), clientData.challenge)
      if (challenge === undefined) throw invalid('is none of ours, or has expired: begin again', 'challenge')
      return { challenge, credential: await ceremony.verifyRegistration(registration, clientData) }
    } catch (error) {
      throw error instanceof CeremonyFailure ? invalid('is no passkey for this place', error.reason) : error
    }
  }
}

/** A hint that comes back to browsers: what is none is left out. */
function transportsOf({ response: { transports = [] } }: PasskeyRegistration): readonly string[] {
  return [...new Set(transports.filter((transport) => transportForm.test(transport)))].slice(0, MAXIMUM_TRANSPORTS)
}

const bindingOf = ({ user, session }: Enrolling): string => `${user}.${session}`

const invalid = (problem: string, reason: string): AuthError => new AuthError('request_invalid', { pointer: '/passkey', problem, reason })

const tooMany = (user: string): AuthError => new AuthError('conflict', { user, reason: 'passkey_known_or_too_many' })
