import type { EpochMs } from 'countersign/core'
import { type Locale, message } from '../message/message.ts'
import { html } from 'hono/html'
import type { Html } from './html.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const relative: Readonly<Record<Locale, Intl.RelativeTimeFormat>> = {
  en: new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' }),
  de: new Intl.RelativeTimeFormat('de', { numeric: 'auto' }),
}
/** Where the reader is we do not know: a day is told as in UTC, an hour not at all. */
const day: Readonly<Record<Locale, Intl.DateTimeFormat>> = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }),
  de: new Intl.DateTimeFormat('de', { dateStyle: 'long', timeZone: 'UTC' }),
}

/** How long ago, as people say it: "4 minutes ago", "yesterday", after a week the day. */
export function sayWhen(at: EpochMs, now: EpochMs, locale: Locale): string {
  const ago = Math.max(0, now - at)
  const said = relative[locale]
  if (ago < MINUTE) return message(locale).page.justNow
  if (ago < HOUR) return said.format(-Math.floor(ago / MINUTE), 'minute')
  if (ago < DAY) return said.format(-Math.floor(ago / HOUR), 'hour')
  if (ago < 7 * DAY) return said.format(-Math.floor(ago / DAY), 'day')
  return day[locale].format(at)
}

/** The day itself, also of what is to come. */
export const sayDay = (at: EpochMs, locale: Locale): string => day[locale].format(at)

/** What is said of a moment, with the exact one for whoever, or whatever, asks. */
export function moment(at: EpochMs, said: string): Html {
  const exact = new Date(at).toISOString()
  return html`<time datetime="${exact}" title="${exact.slice(0, 16).replace('T', ' ')} UTC">${said}</time>`
}
