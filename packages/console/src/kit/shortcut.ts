import { useSyncExternalStore } from 'react'

const KEPT = 'console-single-keys'
const listeners = new Set<() => void>()
let isOn: boolean | undefined

/** Whether keys without Ctrl do something outside of tables. Whoever dictates to their computer turns that off (WCAG 2.1.4). */
export const hasShortcuts = (): boolean => (isOn ??= readKept() !== 'off')

export function setShortcuts(on: boolean): void {
  isOn = on
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off')
  } catch {
    // Where nothing may be kept it holds until the page is left.
  }
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useShortcuts = (): boolean => useSyncExternalStore(subscribe, hasShortcuts)

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT)
  } catch {
    return null
  }
}

/** Whether a key that is pressed there is meant for a text. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
