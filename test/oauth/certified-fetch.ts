import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { Readable } from 'node:stream'
import { sha256Base64url } from 'countersign/crypto'
import type { TestCertificate } from '../http/server-certificate.ts'

/** `x5t#S256` (RFC 8705 section 3.1). */
export const thumbprintOf = ({ cert }: TestCertificate): string => sha256Base64url(new X509Certificate(cert).raw)

/** The key of a certificate, with the certificate (RFC 7517 section 4.7). */
export const certifiedKey = ({ cert }: TestCertificate): Readonly<Record<string, unknown>> => {
  const { publicKey, raw } = new X509Certificate(cert)
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
}

/** As a proxy tells of it in `Client-Cert` (RFC 9440). */
export const certificateField = ({ cert }: TestCertificate): string => `:${new X509Certificate(cert).raw.toString('base64')}:`

/** As the judges call it, and as the verifier does. */
type Fetch = (url: string | URL | Request, init?: object) => Promise<Response>

/** A fetch that trusts one certificate alone, and shows its own; each request on a connection of its own. */
export const certifiedFetch =
  (trusted: TestCertificate, own?: TestCertificate): Fetch =>
  async (input, init) => {
    const asked = new Request(input, init)
    const body = Buffer.from(await asked.arrayBuffer())
    return new Promise((resolve, reject) => {
      const { method, headers, signal } = asked
      const options = { method, headers: Object.fromEntries(headers), ca: trusted.cert, agent: false, signal, ...own }
      const sent = request(asked.url, options, (incoming) => {
        const status = incoming.statusCode ?? 0
        const pairs = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) => values.map((value) => [name, value]))
        const isEmpty = status === 204 || status === 304
        resolve(
          new Response(isEmpty ? null : (Readable.toWeb(incoming) as ReadableStream), { status, headers: pairs as [string, string][] }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
