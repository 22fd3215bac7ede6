import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { Audit, AuditChain, AuditTrail } from '../audit/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
  readonly secret: MasterSecret
}

const DAY_MS = 86_400_000

/** Who has done what: recording it, and looking at it. */
export async function composeAudit(
  store: Store,
  { config, platform, log, secret }: Ground,
): Promise<Pick<Services, 'audit' | 'auditTrail' | 'auditChain'>> {
  const chain = await AuditChain.open({ store: store.sealedSecrets, master: secret, platform })
  const audit = new Audit({
    store: store.audit,
    chain,
    platform,
    userOf: async (email) => (await store.users.findByEmail(email))?.user.id,
    onFailure: (error, operation) => log.error({ err: error, operation }, 'an act could not be recorded'),
  })
  const auditTrail = new AuditTrail({ store: store.audit, chain, clock: platform.clock, keptMs: config.auditDays * DAY_MS })
  return { audit, auditTrail, auditChain: chain }
}
