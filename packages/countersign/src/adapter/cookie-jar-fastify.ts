import type { CookieCodec } from '../cookie/index.ts'
import { type CookieJar, type CookieJarAttributes, type CookieRequest, jarOf } from './cookie-jar.ts'

/** The part of Fastify's reply that is written here: of `Set-Cookie` alone it keeps what is there. */
export interface FastifyCookieReply {
  header(name: string, value: string): unknown
}

/** Signed or encrypted cookies of Fastify. */
export const cookieJar = (codec: CookieCodec, attributes: CookieJarAttributes = {}): CookieJar<CookieRequest, FastifyCookieReply> =>
  jarOf(codec, attributes, {
    header: ({ headers }) => headers.cookie,
    append: (reply, cookie) => void reply.header('set-cookie', cookie),
  })
