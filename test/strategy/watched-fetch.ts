import { systemPlatform } from 'countersign/core'

/** A service's way to its issuer: counts the questions about tokens, and can be without answers, or without the feed. */
export class WatchedFetch {
  /** How often the issuer was asked about a token. */
  questions = 0
  isAnswered = true
  #feed = new AbortController()

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = String(input instanceof Request ? input.url : input)
    if (url.includes('/v1/tokens/introspect')) {
      this.questions++
      if (!this.isAnswered) throw new TypeError('no answer')
    }
    if (!url.includes('/v1/feed')) return systemPlatform.fetch(input, init)
    const signals = [this.#feed.signal, ...(init.signal instanceof AbortSignal ? [init.signal] : [])]
    return systemPlatform.fetch(input, { ...init, signal: AbortSignal.any(signals) })
  }

  /** Nothing of the log comes any more; everything else does. */
  cutFeed(): void {
    this.#feed.abort(new TypeError('cut'))
  }

  mendFeed(): void {
    this.#feed = new AbortController()
  }
}
