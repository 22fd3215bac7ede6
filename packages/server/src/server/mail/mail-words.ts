import { DEFAULT_LOCALE, isLocale, type Locale, message } from '../message/message.ts'
import type { Messages } from '../message/en.ts'

export type MailWords = Messages['mail']

/** A fact was written by whatever version put the mail into the queue. */
export const languageOf = (locale: string | undefined): Locale => (isLocale(locale) ? locale : DEFAULT_LOCALE)

export const mailWords = (locale: string | undefined): MailWords => message(locale).mail
