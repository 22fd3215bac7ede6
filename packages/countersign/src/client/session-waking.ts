import type { Cancel } from '../core/platform.ts'

/** A page that nobody sees, or that has no network: what can wait, waits. */
export const isAsleep = (): boolean => globalThis.document?.visibilityState === 'hidden' || globalThis.navigator?.onLine === false

/** Runs the task each time that the page may have been away: shown again, back from the cache or from sleep, on a network again. */
export function onWaking(task: () => void): Cancel {
  const wake = (): void => {
    if (!isAsleep()) task()
  }
  const moments: readonly (readonly [EventTarget | undefined, string])[] = [
    [globalThis.document, 'visibilitychange'],
    [globalThis.window, 'pageshow'],
    [globalThis.window, 'focus'],
    [globalThis.window, 'online'],
  ]
  for (const [target, type] of moments) target?.addEventListener(type, wake)
  return () => {
    for (const [target, type] of moments) target?.removeEventListener(type, wake)
  }
}
