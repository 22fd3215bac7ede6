import { clock } from './clock.ts'

const LONG_ENOUGH_MS = 60_000

/** Hands a text to the browser as a file to keep. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  clock.after(LONG_ENOUGH_MS, () => URL.revokeObjectURL(address))
}

/** `users-2026-03-14.csv`: of the day in UTC. */
export const fileName = (id: string, now: number, ending: string): string => `${id}-${new Date(now).toISOString().slice(0, 10)}.${ending}`
