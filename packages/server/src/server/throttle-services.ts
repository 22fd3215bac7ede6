import { DeviceTokens, Throttle } from '../account/throttle/index.ts'
import type { Platform } from 'countersign/core'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'
import type { Telemetry } from './telemetry/index.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly secret: MasterSecret
  readonly telemetry: Pick<Telemetry, 'signInFailed' | 'metrics'>
}

/** What stands before every guess at a secret. */
export function composeThrottle(
  store: Store,
  { config, platform, secret, telemetry }: Ground,
): Pick<Services, 'throttle' | 'deviceTokens'> {
  const deviceTokens = new DeviceTokens(secret, platform)
  const throttle = new Throttle({
    store: store.throttle,
    users: store.users,
    devices: deviceTokens,
    secret,
    limits: config,
    platform,
    onFailed: (code) => telemetry.signInFailed(code),
    onHeld: () => telemetry.metrics.throttleRefusals.add(),
  })
  return { throttle, deviceTokens }
}
