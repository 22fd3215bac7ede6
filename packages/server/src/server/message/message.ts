import { de } from './de.ts'
import { en, type Messages } from './en.ts'

export type Locale = 'en' | 'de'

/** What pages and mails say, by language. */
const languages: Readonly<Record<Locale, Messages>> = { en, de }

export const locales: readonly Locale[] = Object.freeze(['en', 'de'])

/** What each language calls itself. */
export const localeNames: Readonly<Record<Locale, string>> = Object.freeze({ en: 'English', de: 'Deutsch' })

export const DEFAULT_LOCALE: Locale = 'en'

export const isLocale = (text: unknown): text is Locale => locales.some((locale) => locale === text)

/** The words of one language. A fact that was stored long ago may name one that is no longer there. */
export const message = (locale: string | undefined): Messages => languages[isLocale(locale) ? locale : DEFAULT_LOCALE]

const MAXIMUM_RANGES = 20
const range = /^\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{1,3})?)\s*)?$/

/** The language that a browser asks for (RFC 9110 section 12.5.4), as far as we speak it. */
export function acceptedLocale(acceptLanguage: string | null): Locale | undefined {
  let best: { readonly locale: Locale; readonly quality: number } | undefined
  for (const item of (acceptLanguage ?? '').split(',', MAXIMUM_RANGES)) {
    const [, language = '', weight = '1'] = range.exec(item) ?? []
    const locale = language.toLowerCase()
    const quality = Number(weight)
    // Of two that are wanted alike, the first.
    if (isLocale(locale) && quality > (best?.quality ?? 0)) best = { locale, quality }
  }
  return best?.locale
}
