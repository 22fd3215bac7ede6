import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyEncryption, OpenedBody } from '../token/index.ts'
import { type EncryptedBodiesOptions, encryptionRefusal, openExchange } from './encrypted-exchange.ts'
import { IncomingArrival } from './incoming-arrival.ts'
import { sealAnswer } from './sealed-answer.ts'

export type { EncryptedBodiesOptions } from './encrypted-exchange.ts'

/** @returns whether to go on; `false` when the request was refused and has been answered. */
export type NodeEncryptedBodies = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/**
 * Takes requests whose bodies are encrypted to this service, and encrypts the answers (JWE, RFC 7516). What reads the body afterwards finds
 * the clear text with its type; what writes the answer writes clear text.
 *
 * Does not authenticate: call a guard **before** it, which then sees the bytes that arrived, as signatures speak for those.
 */
export function encryptedBodies(encryption: BodyEncryption, options: EncryptedBodiesOptions = {}): NodeEncryptedBodies {
  return async (request, response) => {
    try {
      const { opened, seal } = await openExchange(encryption, new IncomingArrival(request), options)
      if (opened !== undefined) replaceBody(request, opened)
      if (seal !== undefined) sealAnswer(response, seal)
      return true
    } catch (thrown) {
      const { status, headers, body } = encryptionRefusal(thrown)
      response.writeHead(status, headers)
      response.end(body)
      return false
    }
  }
}

/** Puts the clear text where the encrypted bytes were, all of which have come. */
function replaceBody(request: IncomingMessage, { body, contentType }: Pick<OpenedBody, 'body' | 'contentType'>): void {
  while (request.read() !== null);
  // In the same turn, before the stream can notice that it was empty.
  if (body.byteLength > 0) request.unshift(body)
  const { headers } = request
  headers['content-type'] = contentType
  headers['content-length'] = String(body.byteLength)
  delete headers['transfer-encoding']
  delete headers['content-encoding']
}
