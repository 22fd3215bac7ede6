import { readCookie, setCookie } from 'countersign/cookie'
import { acceptedLocale, DEFAULT_LOCALE, isLocale, type Locale } from '../message/message.ts'

const YEAR_SECONDS = 365 * 86_400

const cookieName = (isSecure: boolean): string => `${isSecure ? '__Host-' : ''}cs_lang`

/**
 * The language of the answer: what was asked for by `?lang=` (and is remembered), what was asked for before, what the browser prefers.
 * What is no language of ours is passed over.
 */
export function chooseLocale(request: Request, asked: string | undefined, isSecure: boolean, headers: Headers): Locale {
  if (isLocale(asked)) {
    headers.append('set-cookie', setCookie(cookieName(isSecure), asked, { maxAgeSeconds: YEAR_SECONDS, secure: isSecure }))
    return asked
  }
  const remembered = rememberedLocale(request, isSecure)
  return remembered ?? acceptedLocale(request.headers.get('accept-language')) ?? DEFAULT_LOCALE
}

/**
 * A language that somebody else takes for the reader's. It holds for this visit, and only where the reader has not chosen one.
 *
 * @returns true when the next page is in another language than this one.
 */
export function proposeLocale(
  proposed: Locale | undefined,
  { request, locale, headers }: { readonly request: Request; readonly locale: Locale; readonly headers: Headers },
  isSecure: boolean,
): boolean {
  if (proposed === undefined || proposed === locale || rememberedLocale(request, isSecure) !== undefined) return false
  headers.append('set-cookie', setCookie(cookieName(isSecure), proposed, { secure: isSecure }))
  return true
}

function rememberedLocale(request: Request, isSecure: boolean): Locale | undefined {
  const remembered = readCookie(request.headers.get('cookie') ?? undefined, cookieName(isSecure))
  return isLocale(remembered) ? remembered : undefined
}
