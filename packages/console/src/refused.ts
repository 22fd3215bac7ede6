import { useSyncExternalStore } from 'react'
import { Problem } from './api/request.ts'

let isRefused = false
const listeners = new Set<() => void>()

/** Hears of every load that has failed: whoever is no operator is told so once, and not at each part of a page. */
export function noteRefusal(error: unknown): void {
  if (isRefused || !(error instanceof Problem) || error.code !== 'role_insufficient') return
  isRefused = true
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useRefused = (): boolean => useSyncExternalStore(subscribe, () => isRefused)
