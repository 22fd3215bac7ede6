import type { Platform } from 'countersign/core'
import { RevocationHistory } from '../revocation/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { cutoffLifeMsOf } from './open-store.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly auditTrail: Services['auditTrail']
}

/** Looking at revocations. */
export const composeRevocationHistory = (store: Store, { config, platform, auditTrail }: Ground): Pick<Services, 'revocationHistory'> => ({
  revocationHistory: new RevocationHistory({
    history: store.logHistory,
    trail: auditTrail,
    platform,
    cutoffLifeMs: cutoffLifeMsOf(config),
  }),
})
