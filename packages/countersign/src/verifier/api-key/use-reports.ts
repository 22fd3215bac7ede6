import type { Cancel, Clock } from '../../core/index.ts'
import { answerInTime } from '../in-time.ts'
import type { HeldKey } from '../key-record/index.ts'
import type { ApiKeyRecord } from './api-key-record.ts'
import type { ApiKeySource } from './api-key-source.ts'

export interface UseReportsOptions {
  readonly source: ApiKeySource
  readonly clock: Clock
  readonly held: () => Iterable<HeldKey<ApiKeyRecord>>
}

const EVERY_MS = 60_000
const TIMEOUT_MS = 5000
/** In one report; the others follow with the next. */
const AT_ONCE = 1000

/** Tells the issuer once a minute which keys were used, so that no request waits for that. What is not told when this process ends is lost. */
export class UseReports {
  readonly #options: UseReportsOptions
  #cancel: Cancel

  constructor(options: UseReportsOptions) {
    this.#options = options
    this.#cancel = this.#later()
  }

  close(): void {
    this.#cancel()
  }

  #later(): Cancel {
    return this.#options.clock.after(EVERY_MS, () => {
      this.#cancel = this.#later()
      void this.#tell()
    })
  }

  /** Never throws: what was not taken is told again. */
  async #tell(): Promise<void> {
    const used = this.#used()
    if (used.length === 0) return
    const uses = used.map(({ id, usage: { usedAt: at } }) => ({ id, at }))
    try {
      await answerInTime(this.#options.clock, TIMEOUT_MS, (signal) => this.#options.source.report(uses, signal))
    } catch {
      return
    }
    for (const [index, { usage }] of used.entries()) usage.reportedAt = uses[index]?.at ?? 0
  }

  #used(): readonly ApiKeyRecord[] {
    const used: ApiKeyRecord[] = []
    for (const { record } of this.#options.held()) {
      if (record.usage.usedAt > record.usage.reportedAt) used.push(record)
      if (used.length === AT_ONCE) break
    }
    return used
  }
}
