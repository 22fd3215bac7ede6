import { AuthError } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { deriveOpaqueSecret } from 'countersign/signature'
import type { Roles, SessionKeys } from '../../credential/index.ts'
import { authenticationContext } from '../../session/acr.ts'
import type { Authentication } from '../../session/authenticator.ts'
import type { SignedIn } from '../../session/session-tokens.ts'
import type { SessionRequest, Sessions } from '../../session/sessions.ts'
import type { SignInAttempt } from '../../session/sign-in-guard.ts'
import { emailOf } from '../account-input.ts'
import type { Admission, Throttle } from '../throttle/index.ts'
import type { UserStore } from '../user-store.ts'
import type { OpaqueProtocol } from './opaque-protocol.ts'
import { parseOpaqueRecord } from './opaque-record.ts'
import type { OpaqueStates } from './opaque-state.ts'

export interface OpaqueSignInOptions {
  readonly protocol: () => Promise<OpaqueProtocol>
  readonly states: OpaqueStates
  readonly users: UserStore
  readonly sessions: Sessions
  readonly throttle: Throttle
  readonly sessionKeys: SessionKeys
  readonly roles: Roles
  readonly replay: ReplayStore
  /** Every account must have a second factor: without one no key is agreed on. */
  readonly needsSecondFactor?: boolean
}

/** The second message of a sign-in. */
export interface OpaqueProof {
  /** As `start` gave it. */
  readonly signIn: string
  readonly finishLoginRequest: string
}

export interface OpaqueSignedIn {
  readonly signedIn: SignedIn
  /** The key that both sides have derived, by which requests of the session are signed. */
  readonly accessKeyId: string
}

/** What the client goes on with. */
export interface OpaqueSignInStart {
  readonly signIn: string
  readonly loginResponse: string
}

interface Proven {
  readonly authentication: Authentication
  readonly agreed: string
  /** Of the first message. */
  readonly admission: Admission
}

const CLAIM_SCOPE = 'opaque-sign-in'

/** Sign-in by OPAQUE (RFC 9807): the password never comes here, and what does is of no use a second time. */
export class OpaqueSignIn {
  readonly #options: OpaqueSignInOptions

  constructor(options: OpaqueSignInOptions) {
    this.#options = options
  }

  /**
   * The first message. An unknown address, an account with another kind of password and a suspended account look and take the same: what
   * is answered can be told from a right one by nobody without the password. Whoever has the answer can tell whether the password was right,
   * and need not come back to say so: it counts as an attempt from here on.
   *
   * @throws {AuthError} `request_invalid`; `rate_limited`; `not_found` where OPAQUE is not installed.
   */
  async start(attempt: SignInAttempt, startLoginRequest: string): Promise<OpaqueSignInStart> {
    const protocol = await this.#options.protocol()
    const admission = await this.#options.throttle.admit(attempt)
    try {
      return await this.#start(protocol, attempt.account, startLoginRequest, admission)
    } catch (error) {
      // Nobody has an answer to guess by.
      await admission.withdrawn()
      throw error
    }
  }

  async #start(protocol: OpaqueProtocol, email: string, startLoginRequest: string, { receipt }: Admission): Promise<OpaqueSignInStart> {
    const { users, states } = this.#options
    const address = emailOf(email)
    const found = address === undefined ? undefined : await users.findByEmail(address)
    const record = parseOpaqueRecord(found?.password.hash ?? '')
    const { isFake, login, loginResponse } = protocol.startLogin(
      { email, record, isActive: found?.user.status === 'active' },
      startLoginRequest,
    )
    const user = isFake ? null : (found?.user.id ?? null)
    const signIn = states.seal('sign_in', { user, generation: found?.password.generation ?? 1, login, receipt })
    return { signIn, loginResponse }
  }

  /**
   * The second message: opens a session, with the key that both sides derive from what they have agreed on.
   *
   * @throws {AuthError} as `prove`; `credentials_invalid` also when the account has changed meanwhile; `factor_enrolment_required`.
   */
  async finish(proof: OpaqueProof, request: SessionRequest): Promise<OpaqueSignedIn> {
    const { sessions, sessionKeys, roles, throttle, needsSecondFactor } = this.#options
    const { authentication, agreed, admission } = await this.#prove(proof)
    const signedIn = await throttle.settle(admission, () => sessions.open(authentication, request))
    const { session, subject } = signedIn
    if (needsSecondFactor && authenticationContext(session.amr) === undefined) {
      // A key would sign for whatever the account may do.
      await sessions.end(session.id)
      throw new AuthError('factor_enrolment_required', { user: session.user })
    }
    const ground = { user: session.user, session: session.id, expiresAt: session.expiresAt, scope: await roles.of(subject.roles) }
    return { signedIn, accessKeyId: await sessionKeys.add(ground, deriveOpaqueSecret(agreed)) }
  }

  /**
   * Who has shown that they know the password. Does not check whether the account is still as it was: `Sessions.open` and a change of
   * the password do, by the generation.
   *
   * @throws {AuthError} `credentials_invalid` alike for whoever did not know it; `request_replayed` the second time; `request_invalid` when
   *   it was begun too long ago.
   */
  async prove(proof: OpaqueProof): Promise<Authentication> {
    const { authentication, admission } = await this.#prove(proof)
    await admission.succeeded()
    return authentication
  }

  async #prove({ signIn, finishLoginRequest }: OpaqueProof): Promise<Proven> {
    const { states, replay, throttle } = this.#options
    const protocol = await this.#options.protocol()
    const { id, expiresAt, state } = states.open('sign_in', signIn)
    const agreed = protocol.finishLogin(state.login, finishLoginRequest)
    const { user, generation: passwordGeneration } = state
    if (agreed === undefined || user === null) throw new AuthError('credentials_invalid', user === null ? {} : { user })
    if (!(await replay.claim(CLAIM_SCOPE, id, expiresAt))) throw new AuthError('request_replayed', { user })
    return { authentication: { user, passwordGeneration, amr: ['pwd'] }, agreed, admission: throttle.resume(state.receipt) }
  }
}
