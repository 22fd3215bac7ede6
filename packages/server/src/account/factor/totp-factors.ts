import { AuthError, type EpochMs, newId, type Platform } from 'countersign/core'
import { equalText, oneTimePassword, TOTP_STEP_SECONDS, totpStep } from 'countersign/crypto'
import type { ReplayStore } from 'countersign/replay'
import type { FactorProof } from '../../session/second-factor.ts'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { PasskeySignIn } from '../passkey/passkey-sign-in.ts'
import { encodeBase32 } from './base32.ts'
import type { FactorStore, TotpFactor } from './factor-store.ts'
import { otpauthUri } from './otpauth-uri.ts'
import { makeRecoveryCodes, type RecoveryCodes } from './recovery-codes.ts'
import { contextOf, TOTP_PURPOSE } from './totp-sealing.ts'

export interface TotpFactorsOptions {
  readonly store: FactorStore
  readonly secret: MasterSecret
  /** For the time steps that were used. */
  readonly replay: ReplayStore
  readonly platform: Platform
  /** What the app shows beside the account. */
  readonly serviceName: string
  /** What stands in the place of a code. */
  readonly recoveryCodes: RecoveryCodes
  readonly passkeys: PasskeySignIn
}

/** Shown once. */
export interface TotpEnrolment {
  /** Base32, for whoever types it. */
  readonly secret: string
  /** For the QR code. */
  readonly uri: string
}

const PREFIX = 'fac'
/** As long as the MAC, as RFC 4226 section 4 recommends. */
const SECRET_BYTES = 20
const CLAIM_SCOPE = 'totp'
/** Clocks of phones differ: a code is taken one step early and one step late. */
const DRIFT_STEPS = 1
const codeForm = /^\d{6}$/

/** Codes of an authenticator app (RFC 6238) beside the password. */
export class TotpFactors {
  readonly #options: TotpFactorsOptions

  constructor(options: TotpFactorsOptions) {
    this.#options = options
  }

  /**
   * Makes a secret, which takes the place of one that was not confirmed. Nothing asks for it before `confirm`.
   *
   * @throws {AuthError} `conflict` when there is a confirmed one.
   */
  async enrol({ id: user, email }: { readonly id: string; readonly email: string }): Promise<TotpEnrolment> {
    const { store, secret: master, platform, serviceName } = this.#options
    const { clock, random } = platform
    const secret = random.bytes(SECRET_BYTES)
    const id = newId(PREFIX, random)
    const sealed = master.seal(TOTP_PURPOSE, secret, contextOf({ id, user }), random)
    const outcome = await store.enrol({ id, user, sealed, createdAt: clock.now(), confirmedAt: undefined })
    if (outcome === 'refused') throw alreadyConfirmed(user)
    return { secret: encodeBase32(secret), uri: otpauthUri(serviceName, email, secret) }
  }

  /**
   * The app is in use from now on: every access token of before is dead, and the sessions get new ones when they refresh.
   *
   * @returns recovery codes, shown once: each signs in once in the place of a code. None where the account has some, beside another factor.
   * @throws {AuthError} `credentials_invalid` for a wrong code, or one that was used; `not_found` where nothing was enrolled; `conflict` when it is confirmed.
   */
  async confirm(user: string, code: string): Promise<readonly string[]> {
    const { store, platform } = this.#options
    const factor = await store.find(user)
    if (factor === undefined) throw noFactor(user)
    if (factor.confirmedAt !== undefined) throw alreadyConfirmed(user)
    await this.#useCode(factor, code)
    const { codes, set: recovery } = makeRecoveryCodes(platform.random)
    const outcome = await store.confirm({ user, id: factor.id, recovery, at: platform.clock.now() })
    if (outcome === 'refused') throw alreadyConfirmed(user)
    return outcome === 'first' ? codes : []
  }

  /** The app of an account, where one is in use or was begun. */
  find(user: string): Promise<TotpFactor | undefined> {
    return this.#options.store.find(user)
  }

  /** Uses up a code of the app in use. @throws {AuthError} `credentials_invalid` for a wrong one, one that was used, and where there is no app. */
  async useCode(user: string, code: string): Promise<void> {
    const factor = await this.#options.store.find(user)
    if (factor?.confirmedAt === undefined) throw new AuthError('credentials_invalid', { user, factor: 'no_totp' })
    await this.#useCode(factor, code)
  }

  /**
   * Sign-in asks for no code of the app from now on. That whoever asks knows the password is the caller's to check.
   *
   * @param proof Of the app, or of what stands in its place.
   * @throws {AuthError} `credentials_invalid` for a wrong proof, or one that was used; `not_found` where none is in use.
   */
  async disable(user: string, proof: FactorProof): Promise<void> {
    const { store, recoveryCodes, passkeys } = this.#options
    const factor = await store.find(user)
    if (factor?.confirmedAt === undefined) throw noFactor(user)
    if ('totpCode' in proof) await this.#useCode(factor, proof.totpCode)
    else if ('passkey' in proof) await passkeys.prove(user, proof)
    else await recoveryCodes.use(user, proof.recoveryCode)
    await this.#remove(factor)
  }

  /** Without any proof, for whoever has lost app and codes: with an operator's authority, which the caller checks. @throws {AuthError} `not_found`. */
  async remove(user: string): Promise<void> {
    const factor = await this.#options.store.find(user)
    if (factor === undefined) throw noFactor(user)
    await this.#remove(factor)
  }

  async #remove({ user, id }: TotpFactor): Promise<void> {
    const { store, platform } = this.#options
    if (!(await store.remove(user, id, platform.clock.now()))) throw noFactor(user)
  }

  /** A right code is claimed, so that it is right once on all servers (RFC 6238 section 5.2). */
  async #useCode(factor: TotpFactor, code: string): Promise<void> {
    const { replay, platform } = this.#options
    const step = codeForm.test(code) ? stepOf(this.#secretOf(factor), code, platform.clock.now()) : undefined
    if (step === undefined) throw wrong(factor, 'totp')
    // Until no server takes it any more.
    const expiresAt = (step + DRIFT_STEPS + 1) * TOTP_STEP_SECONDS * 1000
    if (!(await replay.claim(CLAIM_SCOPE, `${factor.id}.${step}`, expiresAt))) throw wrong(factor, 'totp_used')
  }

  #secretOf(factor: TotpFactor): Uint8Array {
    return this.#options.secret.unseal(TOTP_PURPOSE, factor.sealed, contextOf(factor))
  }
}

/** The step whose code it is. Every step is compared, whichever it is. */
function stepOf(secret: Uint8Array, code: string, now: EpochMs): number | undefined {
  let found: number | undefined
  for (let step = totpStep(now) - DRIFT_STEPS; step <= totpStep(now) + DRIFT_STEPS; step++) {
    if (equalText(oneTimePassword(secret, step), code)) found = step
  }
  return found
}

const wrong = ({ user }: TotpFactor, factor: string): AuthError => new AuthError('credentials_invalid', { user, factor })

const noFactor = (user: string): AuthError => new AuthError('not_found', { user, reason: 'no_factor' })

const alreadyConfirmed = (user: string): AuthError => new AuthError('conflict', { user, reason: 'factor_confirmed_before' })
