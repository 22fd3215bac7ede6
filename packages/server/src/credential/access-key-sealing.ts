import type { CallerKey, CallerKeyKind } from './caller-key.ts'
import type { CallerKeyStore } from './caller-key-store.ts'

export interface AccessKeySealingOptions {
  readonly store: CallerKeyStore
  /** Knows how the material of such keys is sealed. */
  readonly secrets: {
    /** Whether some of it may hang on an older master secret. */
    readonly hasOlder: boolean
    /** @returns undefined where nothing changes. @throws {Error} when no master secret of the list has sealed it. */
    resealed(key: Pick<CallerKey, 'id' | 'material'>): string | undefined
  }
  /** Default `hmac`. */
  readonly kind?: CallerKeyKind
}

export interface Sealing {
  /** How many keys were sealed anew. */
  readonly resealed: number
  /** How many no master secret opens: they are lost unless the one that sealed them comes back. */
  readonly lost: number
}

const PAGE = 200

/** Moves the secrets of access keys, or the hashes of API keys, under the first master secret of the list, so that the others may leave it. */
export class AccessKeySealing {
  readonly #options: AccessKeySealingOptions

  constructor(options: AccessKeySealingOptions) {
    this.#options = options
  }

  /** All of them. Any number of servers may do so at the same time; where there is but one master secret, there is nothing to do. */
  async renew(): Promise<Sealing> {
    const total = { resealed: 0, lost: 0 }
    const { store, secrets, kind = 'hmac' } = this.#options
    if (!secrets.hasOlder) return total
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: readonly CallerKey[] = await store.list({ kinds: [kind], after, limit: PAGE })
      for (const key of page) {
        const { lost, next } = this.#sealedAnew(key)
        if (lost) total.lost++
        else if (next !== undefined && (await store.reseal(key.id, key.material, next))) total.resealed++
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.id
      // A page is milliseconds of cryptography: requests come first.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return total
  }

  #sealedAnew(key: CallerKey): { readonly lost: boolean; readonly next?: string | undefined } {
    try {
      return { lost: false, next: this.#options.secrets.resealed(key) }
    } catch {
      return { lost: true }
    }
  }
}
