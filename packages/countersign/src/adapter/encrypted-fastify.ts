import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyEncryption } from '../token/index.ts'
import { type EncryptedBodiesOptions, encryptedBodies as nodeEncryptedBodies } from './encrypted-node.ts'

export type { EncryptedBodiesOptions } from './encrypted-node.ts'

export type FastifyEncryptedBodies = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse; hijack(): unknown },
) => Promise<void>

/**
 * As `encryptedBodies` of `countersign/node`, for Fastify 5: as `onRequest`, behind the guard.
 * `app.post('/orders', { onRequest: [guard(verifier), encryptedBodies(encryption)] }, handler)`
 */
export function encryptedBodies(encryption: BodyEncryption, options: EncryptedBodiesOptions = {}): FastifyEncryptedBodies {
  const open = nodeEncryptedBodies(encryption, options)
  return async (request, reply) => {
    const goesOn = await open(request.raw, reply.raw)
    // It has been answered.
    if (!goesOn) reply.hijack()
  }
}
