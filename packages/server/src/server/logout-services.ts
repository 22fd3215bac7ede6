import type { Platform } from 'countersign/core'
import type { Courier, LogCopy, Outbound } from '../delivery/index.ts'
import { backChannelLogoutCourier, openSessionEnds, sessionEndCourier, sessionEnds } from '../oauth/index.ts'
import type { SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'

interface LogoutGround {
  readonly config: ServerConfig
  readonly store: Store
  readonly keys: SigningKeys
  readonly platform: Platform
  readonly outbound: Outbound
  readonly onJob: () => void
}

export interface Logouts {
  /** What is copied of the log. */
  readonly copies: readonly LogCopy[]
  readonly couriers: readonly Courier[]
}

/** Applications of others that are told when a session has ended; nothing where there are none. */
export function composeLogouts({ config, store, keys, platform, outbound, onJob }: LogoutGround): Logouts {
  if (!config.oauth) return { copies: [], couriers: [] }
  const { deliveries, sessionClients, oauthClients: clients } = store
  return {
    copies: [sessionEnds(platform)],
    couriers: [
      sessionEndCourier({ deliveries, sessionClients, clients, platform, onJob }),
      backChannelLogoutCourier({ issuer: config.issuer, clients, keys, outbound, platform }),
    ],
  }
}

/** Before anything is copied of the log. */
export async function openLogouts({ oauth }: ServerConfig, { deliveries, events }: Store, platform: Platform): Promise<void> {
  if (oauth) await openSessionEnds(deliveries, events, platform)
}
