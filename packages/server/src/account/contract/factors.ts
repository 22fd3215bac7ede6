import type { Platform } from 'countersign/core'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { Store } from '../../store/store.ts'
import { EnrolledFactors, RecoveryCodes, TotpFactors } from '../factor/index.ts'
import {
  PasskeyCeremony,
  PasskeyChallenges,
  type PasskeyCounterBack,
  PasskeySignIn,
  Passkeys,
  type RelyingParty,
} from '../passkey/index.ts'

export const party: RelyingParty = { id: 'auth.example', name: 'Example', origins: ['https://auth.example'] }

/** The second factors of a domain, for tests. */
export interface DomainFactors {
  readonly factors: TotpFactors
  readonly recoveryCodes: RecoveryCodes
  readonly passkeys: Passkeys
  readonly passkeySignIn: PasskeySignIn
  readonly secondFactors: EnrolledFactors
  /** Signatures that were refused for their count. */
  readonly countersBack: readonly PasskeyCounterBack[]
}

export function openFactors(
  store: Store,
  { secret, platform }: { readonly secret: MasterSecret; readonly platform: Platform },
): DomainFactors {
  const countersBack: PasskeyCounterBack[] = []
  const challenges = new PasskeyChallenges({ secret, replay: store.replay, platform })
  const ground = { store: store.passkeys, party, platform, challenges, ceremony: new PasskeyCeremony(party) }
  const passkeySignIn = new PasskeySignIn({ ...ground, users: store.users, onCounterBack: (event) => void countersBack.push(event) })
  const recoveryCodes = new RecoveryCodes({ store: store.factors, platform })
  const sealed = { store: store.factors, secret, replay: store.replay, platform, serviceName: party.id }
  const factors = new TotpFactors({ ...sealed, recoveryCodes, passkeys: passkeySignIn })
  const secondFactors = new EnrolledFactors({
    store: store.factors,
    passkeyStore: store.passkeys,
    totp: factors,
    passkeys: passkeySignIn,
    recoveryCodes,
  })
  return { factors, recoveryCodes, passkeys: new Passkeys(ground), passkeySignIn, secondFactors, countersBack }
}
