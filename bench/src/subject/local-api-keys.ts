import { createVerifier, type Verifier } from 'countersign'
import { encodeBase64url, newApiKey, systemRandom } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { ApiKeyMark, keySet, verificationKey } from 'countersign/key'
import { keySetOf } from './access-token.ts'
import { LIVE_CUTOFFS } from './local-verifier.ts'
import { LocalLog } from './local-log.ts'
import { audience, issuer, newKey } from './material.ts'

export interface LocalApiKeys extends Disposable {
  readonly verifier: Verifier
  readonly keys: readonly string[]
  /** How often the source was asked for a key, or told of something. */
  readonly questions: () => number
}

/** The verifier that users make, with API keys and log in this process: no server, everything else as in service. */
export async function localApiKeys(count: number): Promise<LocalApiKeys> {
  const log = new LocalLog(issuer, LIVE_CUTOFFS)
  const accessTokenKeys = keySetOf(newKey('ES256'))
  const feedKeys = keySet([verificationKey(log.key.publicJwk)])
  const markKey = systemRandom.bytes(32)
  const mark = new ApiKeyMark(markKey)
  const hashes = new Map<string, string>()
  const keys = Array.from({ length: count }, () => {
    const id = mark.newId('live', systemRandom)
    const key = newApiKey({ environment: 'live', id }, systemRandom)
    hashes.set(id, sha256Base64url(key))
    return key
  })
  let questions = 0
  const record = (id: string): object => ({
    id,
    subject: 'usr_bench',
    user: 'usr_bench',
    scope: ['orders:read'],
    roles: ['staff'],
    groups: [],
    addresses: [],
    rev: log.position,
    hash: hashes.get(id),
  })
  const verifier = createVerifier({
    issuer,
    audience,
    feed: log,
    keys: {
      accessTokenKeys: () => accessTokenKeys,
      feedKeys: () => feedKeys,
      load: async () => {},
      lookUp: async () => 'absent',
    },
    apiKeys: {
      maxKeys: count * 2,
      lookUpsPerSecond: 100_000,
      keys: {
        mark: async () => ({ key: encodeBase64url(markKey) }),
        lookUp: async (id) => {
          questions++
          return record(id)
        },
        report: async () => {
          questions++
        },
      },
    },
  })
  await verifier.ready()
  return { verifier, keys, questions: () => questions, [Symbol.dispose]: () => verifier.close() }
}
