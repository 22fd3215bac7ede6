import { kit } from '../message/en/kit.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Further away than this the date says more than the distance. */
const FAR = 30 * DAY
const JUST_NOW = 5 * SECOND

const steps = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
] as const

// The words are the interface's, whatever the browser speaks; dates are written as its owner is used to.
const distance = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/** @returns milliseconds since 1970; undefined for what is no time. */
export function epochOf(at: number | string | undefined): number | undefined {
  const epoch = typeof at === 'string' ? Date.parse(at) : at
  return epoch === undefined || !Number.isFinite(epoch) ? undefined : epoch
}

/** "3 minutes ago", "in 2 hours"; a date when it is far away. */
export function relativeText(epoch: number, now: number): string {
  const away = epoch - now
  const size = Math.abs(away)
  if (size >= FAR) return day.format(epoch)
  if (size < JUST_NOW) return kit.justNow
  const [unit, length] = steps.find(([, ms]) => size >= ms) ?? ['second', SECOND]
  return distance.format(Math.trunc(away / length), unit)
}

/** The whole moment, as the browser's owner writes it. */
export const exactText = (epoch: number): string => exact.format(epoch)

/** How old something live is: "0.4 s ago", "12 s ago", "3 min ago". */
export function ageText(since: number, now: number): string {
  const age = Math.max(0, now - since)
  if (age < 10 * SECOND) return kit.secondsAgo((Math.floor(age / 100) / 10).toFixed(1))
  if (age < 2 * MINUTE) return kit.secondsAgo(String(Math.floor(age / SECOND)))
  if (age < 2 * HOUR) return kit.minutesAgo(String(Math.floor(age / MINUTE)))
  return relativeText(since, now)
}
