import { type KeySet, keySet } from '../key/index.ts'
import type { PublishedKeys } from './discovery.ts'

/** A published key set without the keys that were revoked: once and for good, whatever is published later. */
export class UnrevokedKeys {
  readonly #revoked = new Set<string>()
  #published: PublishedKeys = { keys: keySet([]), text: '' }
  #current: KeySet = this.#present()

  /** The same object as long as the keys are the same, so that what was verified with it need not be verified again. */
  get current(): KeySet {
    return this.#current
  }

  replace(published: PublishedKeys): void {
    if (published.text === this.#published.text) return
    this.#published = published
    this.#current = this.#present()
  }

  revoke(kid: string): void {
    if (this.#revoked.has(kid)) return
    this.#revoked.add(kid)
    this.#current = this.#present()
  }

  isRevoked(kid: string): boolean {
    return this.#revoked.has(kid)
  }

  /** Looks at every look-up, so that no set that was handed out before outlives a revocation. */
  #present(): KeySet {
    const revoked: ReadonlySet<string> = this.#revoked
    const { keys } = this.#published
    return Object.freeze({
      find: (kid: string) => (revoked.has(kid) ? undefined : keys.find(kid)),
      get size() {
        return keys.size - [...revoked].filter((kid) => keys.find(kid) !== undefined).length
      },
    })
  }
}
