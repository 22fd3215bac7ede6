import { acceptedLocale, DEFAULT_LOCALE, type Locale } from './message/message.ts'

/** The language in which whoever calls the API is written to. */
export const requestLocale = (request: Request): Locale => acceptedLocale(request.headers.get('accept-language')) ?? DEFAULT_LOCALE
