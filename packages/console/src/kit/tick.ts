import { useSyncExternalStore } from 'react'
import { type Cancel, type Clock, clock } from './clock.ts'

const SECOND = 1000

export interface Ticker {
  /** The second that runs, in milliseconds since 1970: it does not change while it is drawn. */
  readonly second: () => number
  readonly subscribe: (listener: () => void) => Cancel
}

/** One timer for all that is live, at the beginning of each second; none while nobody listens. */
export function createTicker({ now, after }: Clock): Ticker {
  const listeners = new Set<() => void>()
  let cancel: Cancel | undefined
  const arrange = (): void => {
    cancel = after(SECOND - (now() % SECOND), () => {
      arrange()
      for (const listener of [...listeners]) listener()
    })
  }
  return {
    second: () => Math.floor(now() / SECOND) * SECOND,
    subscribe: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) arrange()
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) cancel?.()
      }
    },
  }
}

const ticker = createTicker(clock)

/** A text that depends on the time. Drawn again in the second in which it reads otherwise, and only then. */
export const useTicking = (textAt: (now: number) => string): string => useSyncExternalStore(ticker.subscribe, () => textAt(ticker.second()))
