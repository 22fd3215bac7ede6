import { createVerifier, type Verifier } from 'countersign'
import { keySet, verificationKey } from 'countersign/key'
import { keySetOf } from './access-token.ts'
import { LocalLog } from './local-log.ts'
import { audience, issuer, type KeyMaterial } from './material.ts'

/** As after a busy hour: so many people's sessions were ended, and none of the tokens here is theirs. */
export const LIVE_CUTOFFS = 1000

export interface LocalVerifierSubject extends Disposable {
  readonly verifier: Verifier
  /** The newest position of its log, for the `rev` of tokens that live. */
  readonly position: number
}

/** The verifier that users make, with its key and log in this process: no server, everything else as in service. */
export async function localVerifier(key: KeyMaterial, cacheSize: number): Promise<LocalVerifierSubject> {
  const log = new LocalLog(issuer, LIVE_CUTOFFS)
  const accessTokenKeys = keySetOf(key)
  const feedKeys = keySet([verificationKey(log.key.publicJwk)])
  const keys = {
    accessTokenKeys: () => accessTokenKeys,
    feedKeys: () => feedKeys,
    load: async () => {},
    lookUp: async () => 'absent' as const,
  }
  const verifier = createVerifier({ issuer, audience, algorithms: [key.algorithm, 'ES256'], cacheSize, feed: log, keys })
  await verifier.ready()
  return { verifier, position: log.position, [Symbol.dispose]: () => verifier.close() }
}
