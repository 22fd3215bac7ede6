import { type BodyEncryption, ENCRYPTED_TYPE } from '../token/index.ts'
import { type EncryptedBodiesOptions, encryptionRefusal, isBodiless, openExchange, type Seal } from './encrypted-exchange.ts'
import { arrivalOf } from './hono-arrival.ts'

export type { EncryptedBodiesOptions } from './encrypted-exchange.ts'

/** The part of Hono's context that encrypted bodies need. */
export interface HonoExchange {
  readonly req: { raw: Request }
  readonly env: unknown
  res: Response | undefined
}

export type HonoEncryptedBodies = (context: HonoExchange, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * Takes requests whose bodies are encrypted to this service, and encrypts the answers (JWE, RFC 7516). The handler reads and writes clear
 * text.
 *
 * Does not authenticate: put a guard **before** it, which then sees the bytes that arrived, as signatures speak for those.
 */
export function encryptedBodies(encryption: BodyEncryption, options: EncryptedBodiesOptions = {}): HonoEncryptedBodies {
  return async (context, next) => {
    const { raw } = context.req
    let seal: Seal | undefined
    try {
      const exchange = await openExchange(encryption, arrivalOf(raw, context.env), options)
      seal = exchange.seal
      if (exchange.opened !== undefined) context.req.raw = clearRequest(raw, exchange.opened.body, exchange.opened.contentType)
    } catch (thrown) {
      const { status, headers, body } = encryptionRefusal(thrown)
      return new Response(body, { status, headers })
    }
    await next()
    const answer = context.res
    if (seal === undefined || answer === undefined || isBodiless(answer.status)) return undefined
    // Hono adds the headers of the answer before to the one that is set.
    context.res = undefined
    context.res = await sealedAnswer(answer, seal)
    return undefined
  }
}

function clearRequest({ url, method, headers: sent, signal }: Request, body: Uint8Array, contentType: string): Request {
  const headers = new Headers(sent)
  headers.set('content-type', contentType)
  headers.set('content-length', String(body.byteLength))
  headers.delete('transfer-encoding')
  headers.delete('content-encoding')
  return new Request(url, { method, headers, signal, body: Uint8Array.from(body) })
}

async function sealedAnswer(answer: Response, seal: Seal): Promise<Response> {
  const headers = new Headers(answer.headers)
  if (headers.has('content-encoding')) throw new Error('an answer is encrypted before it is compressed')
  const jwe = await seal(new Uint8Array(await answer.arrayBuffer()), headers.get('content-type') ?? 'application/octet-stream')
  for (const name of ['content-length', 'etag', 'last-modified', 'accept-ranges']) headers.delete(name)
  headers.set('content-type', ENCRYPTED_TYPE)
  return new Response(jwe, { status: answer.status, headers })
}
