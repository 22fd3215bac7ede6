import { decodeBase64url, decodeUtf8, encodeBase64url, type Random } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { CallerKey } from './caller-key.ts'

export const API_KEY_PURPOSE = 'api-key/1'

/**
 * What the database holds of an API key: its SHA-256, sealed under the master secret with the key's id. Whoever has the database alone can
 * neither test a guess nor put a key of their own there; and unlike a keyed hash it moves under a new master secret without the key.
 */
export class ApiKeyHashes {
  readonly #master: MasterSecret
  readonly #random: Random

  constructor(master: MasterSecret, random: Random) {
    this.#master = master
    this.#random = random
  }

  keep(id: string, key: string): string {
    const hash = new TextEncoder().encode(sha256Base64url(key))
    return encodeBase64url(this.#master.seal(API_KEY_PURPOSE, hash, apiKeyContext(id), this.#random))
  }

  /** @throws {Error} when no master secret of the list has sealed it. */
  open({ id, material }: Pick<CallerKey, 'id' | 'material'>): string {
    return decodeUtf8(this.#master.unseal(API_KEY_PURPOSE, decodeBase64url(material), apiKeyContext(id)))
  }

  /** Whether some of it may hang on an older master secret. */
  get hasOlder(): boolean {
    return this.#master.hasOlder
  }

  /** As `AccessKeySecrets.resealed`. */
  resealed({ id, material }: Pick<CallerKey, 'id' | 'material'>): string | undefined {
    const anew = this.#master.resealed(API_KEY_PURPOSE, decodeBase64url(material), apiKeyContext(id), this.#random)
    return anew && encodeBase64url(anew)
  }
}

export const apiKeyContext = (id: string): string => `api-key:${id}`
