import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { EnrolledFactors, RecoveryCodes, TotpFactors, TotpSealing } from '../account/factor/index.ts'
import { PasskeyCeremony, PasskeyChallenges, PasskeySignIn, Passkeys } from '../account/passkey/index.ts'
import type { SecondFactors } from '../session/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { relyingPartyOf } from './config-passkey.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly secret: MasterSecret
}

export type FactorServices = Pick<Services, 'factors' | 'totpSealing' | 'recoveryCodes' | 'passkeys' | 'passkeySignIn'>

/** Second factors, and passkeys that need no first. */
export function composeFactors(
  { factors: store, passkeys: passkeyStore, users, replay }: Store,
  { config, platform, log, secret }: Ground,
): FactorServices & { readonly secondFactors: SecondFactors } {
  const party = relyingPartyOf(config, config.brand.name)
  const passkeyGround = {
    store: passkeyStore,
    party,
    platform,
    challenges: new PasskeyChallenges({ secret, replay, platform }),
    ceremony: new PasskeyCeremony(party),
  }
  const passkeySignIn = new PasskeySignIn({
    ...passkeyGround,
    users,
    onCounterBack: (event) =>
      log.warn({ event: 'passkey_counter_back', ...event }, 'a passkey may have been copied: its counter has not moved'),
  })
  const recoveryCodes = new RecoveryCodes({ store, platform })
  const serviceName = new URL(config.issuer).hostname
  const totp = new TotpFactors({ store, secret, replay, platform, serviceName, recoveryCodes, passkeys: passkeySignIn })
  return {
    factors: totp,
    totpSealing: new TotpSealing({ store, secret, random: platform.random }),
    recoveryCodes,
    passkeys: new Passkeys(passkeyGround),
    passkeySignIn,
    secondFactors: new EnrolledFactors({ store, passkeyStore, totp, passkeys: passkeySignIn, recoveryCodes }),
  }
}
