import type { CookieCodec } from '../cookie/index.ts'
import { type CookieJar, type CookieJarAttributes, type CookieWay, jarOf } from './cookie-jar.ts'

/** The part of Hono's context that is read and written here. */
export interface HonoCookieContext {
  readonly req: { header(name: string): string | undefined }
  header(name: string, value: string, options: { readonly append: true }): void
}

export const honoCookies: CookieWay<HonoCookieContext, HonoCookieContext> = {
  header: ({ req }) => req.header('cookie'),
  append: (context, cookie) => context.header('set-cookie', cookie, { append: true }),
}

/** Signed or encrypted cookies of Hono. Request and answer are both the context. */
export const cookieJar = (codec: CookieCodec, attributes: CookieJarAttributes = {}): CookieJar<HonoCookieContext, HonoCookieContext> =>
  jarOf(codec, attributes, honoCookies)
