import { revocation as words } from '../message/en/revocation.ts'

/** Milliseconds as people compare them: 0.9, 12, 1 300. */
export function msText(ms: number): string {
  if (ms < 10) return ms.toFixed(1)
  return Math.round(ms).toLocaleString('en-GB').replaceAll(',', '\u202f')
}

/** A position with room between its thousands, as long numbers are read. */
export const positionText = (position: number): string => String(position).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** "5 min 30 s". */
export const durationText = (seconds: number): string => words.minutes(Math.floor(seconds / 60), seconds % 60)

/** The last midnight of the browser's own place, in milliseconds since 1970. */
export function midnightBefore(now: number): number {
  const day = new Date(now)
  day.setHours(0, 0, 0, 0)
  return day.getTime()
}
