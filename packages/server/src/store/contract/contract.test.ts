import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { ManualClock } from 'countersign/core'
import { createMemoryStore } from '../memory/store.ts'
import { openSqliteStore } from '../sqlite/store.ts'
import { auditStoreContract } from './audit-store.ts'
import { callerKeyStoreContract } from './caller-key-store.ts'
import { clientInvitationStoreContract } from './client-invitation-store.ts'
import { deliveryHistoryContract } from './delivery-history.ts'
import { deliveryStoreContract } from './delivery-store.ts'
import { deviceStoreContract } from './device-store.ts'
import { elevationStoreContract } from './elevation-store.ts'
import { eventLogContract } from './event-log.ts'
import { factorStoreContract } from './factor-store.ts'
import { federationStoreContract } from './federation-store.ts'
import { keyStoreContract } from './key-store.ts'
import { languageStoreContract } from './language-store.ts'
import { leaseStoreContract } from './lease-store.ts'
import { linkStoreContract } from './link-store.ts'
import { logHistoryContract } from './log-history.ts'
import { logStoreContract } from './log-store.ts'
import { CUTOFF_LIFE_MS, NOW } from './record.ts'
import { oauthStoreContract } from './oauth-store.ts'
import { passkeyStoreContract } from './passkey-store.ts'
import { redemptionContract } from './redemption.ts'
import { replayStoreContract } from './replay-store.ts'
import { roleStoreContract } from './role-store.ts'
import { sessionClientStoreContract } from './session-client-store.ts'
import { sealedSecretStoreContract } from './sealed-secret-store.ts'
import { serviceCredentialStoreContract } from './service-credential-store.ts'
import { sessionDirectoryContract } from './session-directory.ts'
import { sessionStoreContract } from './session-store.ts'
import type { OpenStore } from './suite.ts'
import { throttleStoreContract } from './throttle-store.ts'
import { trustRuleStoreContract } from './trust-rule-store.ts'
import { userStoreContract } from './user-store.ts'
import { verifierReportStoreContract } from './verifier-report-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-store-'))
after(() => rmSync(folder, { recursive: true }))
let databases = 0

const options = () => ({ cutoffLifeMs: CUTOFF_LIFE_MS, clock: new ManualClock(NOW) })

const stores: Readonly<Record<string, OpenStore>> = {
  memory: async () => createMemoryStore(options()),
  'sqlite in memory': () => openSqliteStore({ ...options(), path: ':memory:' }),
  'sqlite file': () => openSqliteStore({ ...options(), path: join(folder, `${databases++}.db`) }),
}

for (const [name, open] of Object.entries(stores)) {
  for (const contract of [
    logStoreContract,
    logHistoryContract,
    sessionStoreContract,
    sessionDirectoryContract,
    elevationStoreContract,
    roleStoreContract,
    deviceStoreContract,
    userStoreContract,
    factorStoreContract,
    leaseStoreContract,
    linkStoreContract,
    oauthStoreContract,
    clientInvitationStoreContract,
    redemptionContract,
    sessionClientStoreContract,
    passkeyStoreContract,
    federationStoreContract,
    keyStoreContract,
    serviceCredentialStoreContract,
    trustRuleStoreContract,
    auditStoreContract,
    languageStoreContract,
    replayStoreContract,
    throttleStoreContract,
    callerKeyStoreContract,
    sealedSecretStoreContract,
    eventLogContract,
    deliveryStoreContract,
    deliveryHistoryContract,
    verifierReportStoreContract,
  ]) {
    contract(name, open)
  }
}
