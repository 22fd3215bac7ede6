import type { Platform } from 'countersign/core'
import { endpoints } from '../oauth/index.ts'
import { AssertionKeys, TrustRules, WorkloadTokens } from '../session/workload/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Delivery } from './delivery.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
}

type Parts = Pick<Services, 'accessTokens'> & Pick<Delivery, 'mayCall' | 'read'>

/** Workloads that have a token of somebody else's; without any rule nobody has one that counts. */
export function composeTrust(
  store: Store,
  { config, platform }: Ground,
  { accessTokens, mayCall, read }: Parts,
): Pick<Services, 'trustRules' | 'workloadTokens'> {
  const { issuer, audience } = config
  return {
    trustRules: new TrustRules({ store: store.trustRules, issuer, mayCall, platform }),
    workloadTokens: new WorkloadTokens({
      issuer,
      audience: audience[0] ?? issuer,
      assertionAudience: [issuer, issuer.replace(/\/+$/, '') + endpoints.token],
      store: store.trustRules,
      keys: new AssertionKeys({ ...platform, fetch: read }),
      replay: store.replay,
      tokens: accessTokens,
      platform,
    }),
  }
}
