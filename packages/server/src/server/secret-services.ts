import { decodeBase64url, type Platform } from 'countersign/core'
import { contextOf as totpContext, TOTP_PURPOSE, type TotpSealing } from '../account/factor/index.ts'
import { OPAQUE_SETUP_PURPOSE } from '../account/opaque/index.ts'
import type { AuditChain } from '../audit/index.ts'
import {
  ACCESS_KEY_PURPOSE,
  accessKeyContext,
  type AccessKeySealing,
  API_KEY_PURPOSE,
  apiKeyContext,
  type ApiKeys,
  type CallerKey,
  type CallerKeyKind,
} from '../credential/index.ts'
import { streamKinds, WEBHOOK } from '../delivery/index.ts'
import { REFRESH_PURPOSE } from '../session/index.ts'
import { type MasterSecret, type SealedKind, SecretRotation, type SealedUnder, type SigningKeys } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import { destinationSecrets } from './destination-secrets.ts'

interface Ground {
  readonly platform: Platform
  readonly secret: MasterSecret
  readonly keys: SigningKeys
  readonly totpSealing: TotpSealing
  readonly accessKeySealing: AccessKeySealing
  readonly apiKeys: ApiKeys
  readonly auditChain: AuditChain
}

const PAGE = 200

/** Everything that hangs on the master secret. What is not here is over within the hour, or only remembers: a device that was seen, a counter. */
export function composeSecretRotation(store: Store, ground: Ground): SecretRotation {
  const { secret, keys, totpSealing, accessKeySealing, apiKeys, auditChain, platform } = ground
  return new SecretRotation({
    secret,
    sealed: [
      { name: 'signing_keys', under: () => keys.sealedUnder(), reseal: () => keys.reseal() },
      { name: 'authenticator_apps', under: () => factorsUnder(store, secret), reseal: () => totpSealing.renew() },
      callerKeyKind(
        'access_keys',
        'hmac',
        { purpose: ACCESS_KEY_PURPOSE, contextOf: accessKeyContext },
        { store, secret, reseal: () => accessKeySealing.renew() },
      ),
      callerKeyKind(
        'api_keys',
        'api',
        { purpose: API_KEY_PURPOSE, contextOf: apiKeyContext },
        { store, secret, reseal: () => apiKeys.reseal() },
      ),
      { name: 'api_key_mark', under: () => markUnder(apiKeys), reseal: async () => ({ resealed: 0, lost: 0 }) },
      {
        name: 'audit_key',
        under: () => auditKeyUnder(auditChain),
        reseal: async () => ({ resealed: await auditChain.reseal(), lost: 0 }),
      },
      destinationSecrets({ name: 'streams', kinds: streamKinds }, { store: store.deliveries, secret, platform }),
      destinationSecrets({ name: 'webhook_endpoints', kinds: [WEBHOOK] }, { store: store.deliveries, secret, platform }),
    ],
    made: [
      { name: 'sessions', purpose: REFRESH_PURPOSE, byKey: () => store.sessions.countByKey(platform.clock.now()) },
      { name: 'opaque_passwords', purpose: OPAQUE_SETUP_PURPOSE, byKey: () => store.users.countByOpaqueSetup() },
    ],
  })
}

/** Moved with the API keys. */
async function* markUnder(apiKeys: ApiKeys): AsyncGenerator<SealedUnder> {
  yield await apiKeys.markSealedUnder()
}

async function* auditKeyUnder(chain: AuditChain): AsyncGenerator<SealedUnder> {
  yield await chain.sealedUnder()
}

async function* factorsUnder({ factors }: Store, secret: MasterSecret): AsyncGenerator<SealedUnder> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof factors.list>> = await factors.list(after, PAGE)
    for (const factor of page) yield secret.sealedUnder(TOTP_PURPOSE, factor.sealed, totpContext(factor))
    after = page.length < PAGE ? undefined : page.at(-1)?.user
  }
}

interface Sealing {
  readonly purpose: string
  readonly contextOf: (id: string) => string
}

interface CallerKeyGround {
  readonly store: Store
  readonly secret: MasterSecret
  readonly reseal: SealedKind['reseal']
}

function callerKeyKind(name: string, kind: CallerKeyKind, sealing: Sealing, { store, secret, reseal }: CallerKeyGround): SealedKind {
  async function* under(): AsyncGenerator<SealedUnder> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: readonly CallerKey[] = await store.callerKeys.list({ kinds: [kind], after, limit: PAGE })
      for (const { id, material } of page) {
        const [sealed = ''] = material.split('.')
        yield secret.sealedUnder(sealing.purpose, decodeBase64url(sealed), sealing.contextOf(id))
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.id
    }
  }
  return { name, under, reseal }
}
