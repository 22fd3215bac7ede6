import type { CookieCodec } from '../cookie/index.ts'
import { type CookieJar, type CookieJarAttributes, type CookieRequest, type CookieWay, jarOf } from './cookie-jar.ts'

/** The part of Fastify's reply that is written here: of `Set-Cookie` alone it keeps what is there. */
export interface FastifyCookieReply {
  header(name: string, value: string): unknown
}

export const fastifyCookies: CookieWay<CookieRequest, FastifyCookieReply> = {
  header: ({ headers }) => headers.cookie,
  append: (reply, cookie) => void reply.header('set-cookie', cookie),
}

/** Signed or encrypted cookies of Fastify. */
export const cookieJar = (codec: CookieCodec, attributes: CookieJarAttributes = {}): CookieJar<CookieRequest, FastifyCookieReply> =>
  jarOf(codec, attributes, fastifyCookies)
