import { type EpochMs, isApiKeyId, type Platform } from 'countersign/core'
import type { CallerKeyStore } from './caller-key-store.ts'

export interface KeyUse {
  readonly id: string
  readonly at: EpochMs
}

export interface ApiKeyUsesOptions {
  readonly store: Pick<CallerKeyStore, 'noteUses'>
  readonly platform: Platform
}

/** Keys whose use waits to be written. What comes beyond it is told again a minute later. */
const MAX_WAITING = 100_000
const AT_ONCE = 500

/** When API keys were last used, as services report it: collected here, written in batches, so that no request waits for a write. */
export class ApiKeyUses {
  readonly #options: ApiKeyUsesOptions
  readonly #waiting = new Map<string, EpochMs>()

  constructor(options: ApiKeyUsesOptions) {
    this.#options = options
  }

  /** What is no id of a key is passed over; the clock of who reports may be ahead of ours. */
  note(uses: readonly KeyUse[]): void {
    const now = this.#options.platform.clock.now()
    for (const { id, at } of uses) {
      if (!isApiKeyId(id) || (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(id))) continue
      this.#waiting.set(id, Math.max(this.#waiting.get(id) ?? 0, Math.min(at, now)))
    }
  }

  /** @throws {AuthError} `unavailable`: what was not written waits on. */
  async flush(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, AT_ONCE)
      await this.#options.store.noteUses(batch.map(([id, at]) => ({ id, at })))
      // A later use may have come meanwhile.
      for (const [id, at] of batch) if (this.#waiting.get(id) === at) this.#waiting.delete(id)
    }
  }
}
