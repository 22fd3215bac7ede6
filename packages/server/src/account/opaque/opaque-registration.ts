import type { Platform } from 'countersign/core'
import { AuthError, encodeBase64url } from 'countersign/core'
import type { SignedIn } from '../../session/session-tokens.ts'
import { proofBy } from '../../session/sign-in-guard.ts'
import type { Accounts, Profile } from '../accounts.ts'
import type { Throttle } from '../throttle/index.ts'
import type { User } from '../user.ts'
import type { OpaqueProtocol } from './opaque-protocol.ts'
import { formatOpaqueRecord } from './opaque-record.ts'
import type { OpaqueProof, OpaqueSignIn } from './opaque-sign-in.ts'
import type { OpaqueStates } from './opaque-state.ts'

export interface OpaqueRegistrationOptions {
  readonly protocol: () => Promise<OpaqueProtocol>
  readonly states: OpaqueStates
  readonly accounts: Accounts
  readonly signIn: OpaqueSignIn
  readonly throttle: Throttle
  readonly platform: Platform
}

/** The second message of a registration. */
export interface OpaqueRegistrationUpload {
  /** As `start` gave it. */
  readonly registration: string
  readonly registrationRecord: string
}

export interface OpaquePasswordChange extends OpaqueRegistrationUpload {
  readonly user: string
  /** The session that asks, which goes on; undefined keeps none. */
  readonly session: string | undefined
  /** That whoever asks knows the password of today. A session alone does not tell that: it may be a stolen one. */
  readonly current: { readonly password: string } | OpaqueProof
}

const IDENTIFIER_BYTES = 16

/** Passwords that are set without being shown to us. */
export class OpaqueRegistration {
  readonly #options: OpaqueRegistrationOptions

  constructor(options: OpaqueRegistrationOptions) {
    this.#options = options
  }

  /**
   * The first message. It says nothing of anybody, so everybody may ask: the password goes through an OPRF key that no record stands
   * behind yet, and so helps nobody to guess.
   *
   * @throws {AuthError} `request_invalid`; `not_found` where OPAQUE is not installed.
   */
  async start(registrationRequest: string): Promise<{ readonly registration: string; readonly registrationResponse: string }> {
    const protocol = await this.#options.protocol()
    const identifier = encodeBase64url(this.#options.platform.random.bytes(IDENTIFIER_BYTES))
    const { setup, registrationResponse } = protocol.respondToRegistration(identifier, registrationRequest)
    return { registration: this.#options.states.seal('registration', { setup, identifier }), registrationResponse }
  }

  /** As `Accounts.signUp`. What makes a good password is the client's to check: nobody else sees it. @throws {AuthError} as there. */
  signUp(profile: Profile, upload: OpaqueRegistrationUpload): Promise<User> {
    return this.#options.accounts.create(profile, () => this.hashOf(upload, '/opaque'))
  }

  /**
   * As `Accounts.changePassword`, from a password of either kind. From then on only OPAQUE signs in.
   *
   * @throws {AuthError} as there; `request_replayed`.
   */
  async changePassword({ user, session, current, ...upload }: OpaquePasswordChange): Promise<SignedIn | undefined> {
    const hash = await this.hashOf(upload, '')
    const proving = (): Promise<number> => this.provePassword(user, current)
    const fromGeneration = await this.#options.throttle.guard(proofBy(user, session), proving)
    return this.#options.accounts.replacePassword({ user, session, fromGeneration, hash })
  }

  /** As `Accounts.provePassword`, of a password of either kind. @throws {AuthError} as there; `request_replayed`. */
  async provePassword(user: string, current: OpaquePasswordChange['current']): Promise<number> {
    if ('password' in current) return this.#options.accounts.provePassword(user, current.password)
    const authentication = await this.#options.signIn.prove(current)
    if (authentication.user !== user) throw new AuthError('credentials_invalid', { user })
    return authentication.passwordGeneration
  }

  /** What such a password is stored as. @param parent Where the upload stands in the body. @throws {AuthError} `request_invalid`; `not_found` where OPAQUE is not installed. */
  async hashOf({ registration, registrationRecord }: OpaqueRegistrationUpload, parent: string): Promise<string> {
    const protocol = await this.#options.protocol()
    const { state } = this.#options.states.open('registration', registration)
    const record = { ...state, registration: registrationRecord }
    protocol.requireUsable(record, `${parent}/registration_record`)
    return formatOpaqueRecord(record)
  }
}
