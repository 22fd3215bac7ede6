import { isJsonObject } from '../core/json.ts'
import type { Cancel, Platform } from '../core/platform.ts'
import type { RefusalCode } from '../core/refusal.ts'

/** What one tab tells the others: never a token, since every script of the origin can listen. */
export interface TabNews {
  readonly state: 'signed-in' | 'refreshed' | 'signed-out'
  readonly session: string
  /** Of a sign-out that somebody asked for: all their sessions of this browser end. */
  readonly user?: string | undefined
  readonly reason?: RefusalCode | undefined
}

/** The other tabs and workers of this origin, as far as the browser lets us speak to them. */
export class SessionTabs {
  readonly #name: string
  readonly #platform: Platform
  readonly #locks: LockManager | undefined
  readonly #channel: BroadcastChannel | undefined

  /** @param isAlone There are none, or none that matter. */
  constructor(name: string, platform: Platform, isAlone: boolean) {
    this.#name = name
    this.#platform = platform
    this.#locks = isAlone ? undefined : globalThis.navigator?.locks
    this.#channel = isAlone || globalThis.BroadcastChannel === undefined ? undefined : new BroadcastChannel(name)
  }

  /**
   * Does the task while no other tab does one.
   *
   * @throws {DOMException} `TimeoutError` when others take too long.
   */
  async exclusively<T>(patienceMs: number, task: () => Promise<T>): Promise<T> {
    if (this.#locks === undefined) return task()
    const timeout = new AbortController()
    const cancel = this.#platform.clock.after(patienceMs, () => timeout.abort(new DOMException('no turn in time', 'TimeoutError')))
    try {
      return await this.#locks.request(this.#name, { signal: timeout.signal }, task)
    } finally {
      cancel()
    }
  }

  tell(news: TabNews): void {
    this.#channel?.postMessage(news)
  }

  listen(hear: (news: TabNews) => void): Cancel {
    let last: unknown
    // What another tab has stored before it told arrives here after that, at times: then it is heard once more. Not that all sessions of somebody end,
    // who may have signed in again by then.
    const arrive = ({ data = last }: { readonly data?: unknown }): void => {
      if (isNews(data)) {
        hear(data)
        last = data.user ?? data
      }
    }
    this.#channel?.addEventListener('message', arrive)
    globalThis.addEventListener?.('storage', arrive as () => void)
    return () => {
      this.#channel?.close()
      globalThis.removeEventListener?.('storage', arrive as () => void)
    }
  }
}

/** Anything of the origin may have spoken. */
const isNews = (data: unknown): data is TabNews =>
  isJsonObject(data) && ['signed-in', 'refreshed', 'signed-out'].includes(data['state'] as string) && typeof data['session'] === 'string'
