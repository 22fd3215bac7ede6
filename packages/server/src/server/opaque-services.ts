import type { Platform } from 'countersign/core'
import { loadOpaque, OpaqueProtocol, OpaqueRegistration, OpaqueSignIn, OpaqueStates } from '../account/opaque/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
}

type Needed = Pick<Services, 'accounts' | 'sessions' | 'throttle' | 'sessionKeys' | 'roles'>

/** Passwords that we never see. The library behind them is loaded by whoever asks first. */
export function composeOpaque(
  { users, replay }: Store,
  { config, platform, secret }: Ground,
  { accounts, ...others }: Needed,
): Pick<Services, 'opaqueSignIn' | 'opaqueRegistration'> {
  const states = new OpaqueStates(secret, platform)
  let opened: Promise<OpaqueProtocol> | undefined
  const open = async (): Promise<OpaqueProtocol> => {
    try {
      return new OpaqueProtocol(await loadOpaque(), secret)
    } catch (error) {
      // Whoever installs the package need not start us again.
      opened = undefined
      throw error
    }
  }
  const protocol = (): Promise<OpaqueProtocol> => (opened ??= open())
  const signIn = new OpaqueSignIn({ protocol, states, users, replay, needsSecondFactor: config.secondFactor === 'required', ...others })
  return {
    opaqueSignIn: signIn,
    opaqueRegistration: new OpaqueRegistration({ protocol, states, accounts, signIn, throttle: others.throttle, platform }),
  }
}
