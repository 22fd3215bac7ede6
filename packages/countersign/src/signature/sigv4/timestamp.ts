import type { EpochSeconds } from '../../core/platform.ts'
import { malformedSigV4 } from './malformed.ts'

const FORM = /^\d{8}T\d{6}Z$/

/** The day that was read last: nearly every request is from today. */
let knownDay = ''
let knownMidnight: EpochSeconds = 0

/**
 * ISO 8601 in its basic form, `20261122T014245Z`, as SigV4 writes moments. One moment has one spelling.
 *
 * @throws {AuthError} `credential_malformed`.
 */
export function parseTimestamp(text: string): EpochSeconds {
  if (!FORM.test(text)) throw malformedSigV4('date')
  const [hour, minute, second] = [twoDigits(text, 9), twoDigits(text, 11), twoDigits(text, 13)]
  if (hour > 23 || minute > 59 || second > 59) throw malformedSigV4('date')
  if (!text.startsWith(knownDay) || knownDay === '') {
    knownMidnight = midnightOf(text)
    // Through a number: a slice would keep the whole header in memory.
    knownDay = String(Number(text.slice(0, 8))).padStart(8, '0')
  }
  return knownMidnight + hour * 3600 + minute * 60 + second
}

const twoDigits = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 0x30 * 11

function midnightOf(text: string): EpochSeconds {
  const [year, month, day] = [Number(text.slice(0, 4)), twoDigits(text, 4), twoDigits(text, 6)]
  // `Date.UTC` takes the 31st of February for the 3rd of March.
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) throw malformedSigV4('date')
  return Date.UTC(year, month - 1, day) / 1000
}

export function formatTimestamp(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
