import { AuthError, type Platform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { nameAct } from '../audit/index.ts'
import type { Authentication } from './authenticator.ts'
import type { FactorProof, SecondFactors } from './second-factor.ts'
import type { Device, Session } from './session.ts'
import type { SessionEventSink } from './session-event.ts'
import type { SessionStore } from './session-store.ts'
import type { SessionTokens, SignedIn } from './session-tokens.ts'
import type { SignInGuard } from './sign-in-guard.ts'

/** Port of `session`, implemented by `account`. */
export interface AuthenticatorAgain {
  /**
   * Checks the password of somebody who is signed in.
   *
   * @param password Without one nothing is proven, and no method is named: it is known then beside which generation a second factor is proven.
   * @throws {AuthError} `credentials_invalid`, `request_invalid`, `overloaded`.
   */
  authenticateAgain(user: string, password: string | undefined): Promise<Authentication>
}

export interface StepUpOptions {
  readonly store: SessionStore
  readonly authenticator: AuthenticatorAgain
  readonly factors: SecondFactors
  readonly tokens: SessionTokens
  /** Bounds how often a secret is guessed. */
  readonly guard: SignInGuard
  readonly platform: Platform
  /** Told after the commit. Must not throw. */
  readonly onEvent?: SessionEventSink
}

export interface StepUpRequest {
  /** The session that asks, and whose it is. */
  readonly session: string
  readonly user: string
  /** From which it asks: it counts as the device of the login from now on. */
  readonly device: Device
  /** What proves the first factor, in whatever way; undefined where the second one is to do. */
  readonly first?: { readonly password: string } | (() => Promise<Authentication>) | undefined
  readonly factor?: FactorProof | undefined
  /** As in `RefreshRequest`: the refresh token is exchanged, too. */
  readonly idempotencyKey?: string | undefined
}

/** A living session proves once more who it speaks for (RFC 9470): nothing else moves `auth_time`, or adds a method to those of its sign-in. */
export class StepUp {
  readonly #options: StepUpOptions

  constructor(options: StepUpOptions) {
    this.#options = options
  }

  /**
   * Asks an account that has a second factor for that one, with or without the password, which its sign-in has shown before; any other for its password.
   * So whoever has stolen a session is asked for no less than the thief of a password.
   *
   * @returns new tokens, as after a sign-in. Those of before are dead; the refresh token before yields the same successor for the overlap of a refresh.
   * @throws {AuthError} `factor_required`; `credentials_invalid` for a wrong proof, for that of another user, and for an account that has changed meanwhile;
   *   `refresh_invalid` when the session has ended; `rate_limited`, `overloaded`.
   */
  reauthenticate(request: StepUpRequest): Promise<SignedIn> {
    return this.#options.guard.guard({ session: request.session }, () => this.#reauthenticate(request))
  }

  async #reauthenticate({ session: id, user, device, first, factor, idempotencyKey }: StepUpRequest): Promise<SignedIn> {
    const { store, factors, tokens, platform, onEvent } = this.#options
    const { amr: before } = this.#requireLiving(id, user, await store.find(id))
    const authentication = await this.#authenticate(user, first)
    const { passwordGeneration } = authentication
    // Read after the generation, as at sign-in: should it change from here on, the store refuses.
    const second = authentication.isMultiFactor ? [] : await factors.prove(user, factor)
    const shown = [...authentication.amr, ...second]
    if (shown.length === 0) throw new AuthError('credentials_invalid', { user, reason: 'nothing_shown' })
    const amr = [...new Set([...before, ...shown])]
    const at = platform.clock.now()
    const { newestKeyId: keyId } = tokens.refreshTokens
    const rotatedBy = idempotencyKey === undefined ? undefined : sha256Base64url(idempotencyKey)
    nameAct({ target: { kind: 'session', id }, methods: shown })
    const issuance = await store.reauthenticate({ id, user, passwordGeneration, amr, keyId, rotatedBy, device, at })
    if (issuance === 'refused') {
      this.#requireLiving(id, user, await store.find(id))
      throw new AuthError('credentials_invalid', { reason: 'changed_meanwhile', user })
    }
    onEvent?.({ type: 'stepped_up', session: id, user, methods: shown, at })
    return tokens.of(issuance)
  }

  async #authenticate(user: string, first: StepUpRequest['first']): Promise<Authentication> {
    if (typeof first !== 'function') return this.#options.authenticator.authenticateAgain(user, first?.password)
    const authentication = await first()
    if (authentication.user !== user) throw new AuthError('credentials_invalid', { user, reason: 'other_user' })
    return authentication
  }

  #requireLiving(id: string, user: string, session: Session | undefined): Session {
    const now = this.#options.platform.clock.now()
    if (session?.user === user && now < session.expiresAt && now < session.idleExpiresAt) return session
    throw new AuthError('refresh_invalid', { reason: 'no_session', session: id })
  }
}
