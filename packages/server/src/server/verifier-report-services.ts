import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { VerifierReports } from '../revocation/verifier-report/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'

interface Ground {
  readonly config: ServerConfig
  readonly platform: Platform
  readonly log: Logger
}

/** What verifiers tell of themselves. */
export const composeVerifierReports = (store: Store, { config, platform, log }: Ground): VerifierReports =>
  new VerifierReports({
    store: store.verifierReports,
    platform,
    isAlone: config.database.kind !== 'postgres',
    services: () => store.services.list(),
    head: async () => (await store.log.head()).position,
    onFailure: (error) => log.warn({ err: error }, 'what verifiers have reported could not be handed on'),
  })
