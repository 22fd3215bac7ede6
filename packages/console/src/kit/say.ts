import { useSyncExternalStore } from 'react'

let said = ''
let count = 0
const listeners = new Set<() => void>()

/** Has a screen reader say something when it has time. What is said twice is said twice. */
export function say(text: string): void {
  // A region whose text stays the same is not read again.
  count += 1
  said = said === text ? `${text}\u00a0` : text
  for (const listener of [...listeners]) listener()
}

/** How often something was said: whether anything was since is the difference. */
export const timesSaid = (): number => count

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useSaid = (): string => useSyncExternalStore(subscribe, () => said)
