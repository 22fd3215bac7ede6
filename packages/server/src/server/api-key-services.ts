import type { ApiKeySource } from 'countersign'
import { encodeBase64url, type Platform } from 'countersign/core'
import { ApiKeyHashes, ApiKeyMarking, ApiKeys, ApiKeyUses, type RoleScopes } from '../credential/index.ts'
import type { MasterSecret } from '../signing/index.ts'
import type { Store } from '../store/index.ts'
import { showApiKeyRecord } from './api-key-representation.ts'
import type { Services } from './services.ts'

interface Ground {
  readonly platform: Platform
  readonly secret: MasterSecret
  readonly roleScopes: RoleScopes
}

/** Everything about API keys. */
export async function composeApiKeys(
  { callerKeys: store, sealedSecrets }: Store,
  { platform, secret, roleScopes: scopes }: Ground,
): Promise<Pick<Services, 'apiKeys' | 'apiKeyUses' | 'apiKeyMark' | 'apiKeySource'>> {
  const marking = await ApiKeyMarking.open({ store: sealedSecrets, master: secret, random: platform.random })
  const hashes = new ApiKeyHashes(secret, platform.random)
  const apiKeys = new ApiKeys({ store, hashes, marking, scopes, platform })
  const apiKeyUses = new ApiKeyUses({ store, platform })
  const apiKeyMark = encodeBase64url(marking.key)
  return { apiKeys, apiKeyUses, apiKeyMark, apiKeySource: ownApiKeys({ apiKeys, apiKeyUses, apiKeyMark }) }
}

/** What other verifiers ask for over HTTP, our own asks for in this process. */
function ownApiKeys({ apiKeys, apiKeyUses, apiKeyMark }: Pick<Services, 'apiKeys' | 'apiKeyUses' | 'apiKeyMark'>): ApiKeySource {
  return {
    mark: async () => ({ key: apiKeyMark }),
    async lookUp(id) {
      const living = await apiKeys.living(id)
      return living && showApiKeyRecord(living)
    },
    async report(uses) {
      apiKeyUses.note(uses.map(({ id, at }) => ({ id, at: at * 1000 })))
    },
  }
}
