import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyEncryption } from '../token/index.ts'
import { type EncryptedBodiesOptions, encryptedBodies as nodeEncryptedBodies } from './encrypted-node.ts'

export type { EncryptedBodiesOptions } from './encrypted-node.ts'

export type ExpressEncryptedBodies = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * As `encryptedBodies` of `countersign/node`, for Express 5: behind the guard and before `express.json()`.
 * `app.post('/orders', guard(verifier), encryptedBodies(encryption), express.json(), handler)`
 */
export function encryptedBodies(encryption: BodyEncryption, options: EncryptedBodiesOptions = {}): ExpressEncryptedBodies {
  const open = nodeEncryptedBodies(encryption, options)
  return (request, response, next) => {
    // What a later handler throws must not come back here: so `next` runs outside of the promise's own chain of errors.
    void open(request, response).then((goesOn) => goesOn && next(), next)
  }
}
