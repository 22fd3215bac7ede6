import { type KeyLookUp, type KeySet, type PublicJwk, parseJwks } from 'countersign/key'
import type { KeySource } from 'countersign'
import type { KeyPurpose, SigningKeys } from '../signing/index.ts'

/** Our own published keys, without the way over the network. */
export class OwnKeys implements KeySource {
  readonly #keys: SigningKeys
  readonly #parsed = new Map<KeyPurpose, { readonly published: readonly PublicJwk[]; readonly set: KeySet }>()

  constructor(keys: SigningKeys) {
    this.#keys = keys
  }

  accessTokenKeys(): KeySet {
    return this.#setOf('access-token')
  }

  feedKeys(): KeySet {
    return this.#setOf('feed')
  }

  /** Asked for when the log says that keys have changed, by whichever server. */
  load(): Promise<void> {
    return this.#keys.reload()
  }

  /** A key that we have not loaded may be one that another server on our database has just begun to sign with. */
  async lookUp(kid: string): Promise<KeyLookUp> {
    if (this.#keys.isRevoked(kid)) return 'revoked'
    try {
      await this.#keys.reload()
    } catch {
      return 'unknown'
    }
    if (this.#keys.isRevoked(kid)) return 'revoked'
    return this.#keys.published('access-token').some((key) => key.kid === kid) ? 'found' : 'absent'
  }

  #setOf(purpose: KeyPurpose): KeySet {
    const published = this.#keys.published(purpose)
    const known = this.#parsed.get(purpose)
    if (known?.published === published) return known.set
    const set = parseJwks({ keys: published })
    this.#parsed.set(purpose, { published, set })
    return set
  }
}
