import { AuthError } from 'countersign/core'
import { type FactorKind, type FactorProof, FactorRequired, type SecondFactors } from '../../session/second-factor.ts'
import type { PasskeySignIn } from '../passkey/passkey-sign-in.ts'
import type { PasskeyStore } from '../passkey/passkey-store.ts'
import type { FactorStore } from './factor-store.ts'
import type { RecoveryCodes } from './recovery-codes.ts'
import type { TotpFactors } from './totp-factors.ts'

export interface EnrolledFactorsOptions {
  readonly store: FactorStore
  readonly passkeyStore: PasskeyStore
  readonly totp: TotpFactors
  readonly passkeys: PasskeySignIn
  readonly recoveryCodes: RecoveryCodes
}

/** Whatever second factors an account has: any of them does, and none is asked for where there is none. */
export class EnrolledFactors implements SecondFactors {
  readonly #options: EnrolledFactorsOptions

  constructor(options: EnrolledFactorsOptions) {
    this.#options = options
  }

  /** @throws {AuthError} `factor_required` without a proof; `credentials_invalid` for a wrong one, or one that was used. */
  async prove(user: string, proof: FactorProof | undefined): Promise<readonly string[]> {
    const { totp, passkeys, recoveryCodes } = this.#options
    const kinds = await this.#kindsOf(user)
    if (kinds.length === 0) return []
    if (proof === undefined) {
      const ticket = kinds.includes('passkey') ? passkeys.ticketFor(user) : undefined
      throw new FactorRequired([...kinds, 'recovery_code'], { user }, ticket)
    }
    if ('passkey' in proof) return passkeys.prove(user, proof)
    if ('recoveryCode' in proof) {
      await recoveryCodes.use(user, proof.recoveryCode)
      return ['otp']
    }
    if (!kinds.includes('totp')) throw new AuthError('credentials_invalid', { user, factor: 'no_totp' })
    await totp.useCode(user, proof.totpCode)
    return ['otp']
  }

  async #kindsOf(user: string): Promise<readonly FactorKind[]> {
    const { store, passkeyStore } = this.#options
    const [app, passkeys] = await Promise.all([store.find(user), passkeyStore.list(user)])
    return [...(app?.confirmedAt === undefined ? [] : ['totp' as const]), ...(passkeys.length === 0 ? [] : ['passkey' as const])]
  }
}
