import type { SignInLimits } from '../account/throttle/index.ts'
import { integer, oneOf, type Read } from './config-value.ts'

export type SecondFactorRule = 'optional' | 'required'

export const secondFactor: Read<SecondFactorRule> = oneOf(['optional', 'required'], 'optional is the default.')

/** One row a setting, as `config.ts` has them. */
export const signInSettings: { readonly [M in keyof SignInLimits]: { readonly variable: string; readonly read: Read<number> } } = {
  signInAttempts: { variable: 'COUNTERSIGN_SIGN_IN_ATTEMPTS', read: integer(1, 100, 'attempts') },
  signInAddressAttempts: { variable: 'COUNTERSIGN_SIGN_IN_ADDRESS_ATTEMPTS', read: integer(1, 100_000, 'attempts') },
  signInAttemptsPerMinute: { variable: 'COUNTERSIGN_SIGN_IN_ATTEMPTS_PER_MINUTE', read: integer(60, 1_000_000, 'attempts') },
  signInWaitSeconds: { variable: 'COUNTERSIGN_SIGN_IN_WAIT_SECONDS', read: integer(60, 86_400, 'seconds') },
}

export const signInLimits = (given: Partial<SignInLimits>): SignInLimits => ({
  signInAttempts: given.signInAttempts ?? 5,
  signInAddressAttempts: given.signInAddressAttempts ?? 100,
  signInAttemptsPerMinute: given.signInAttemptsPerMinute ?? 1200,
  signInWaitSeconds: given.signInWaitSeconds ?? 900,
})
