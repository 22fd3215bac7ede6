import type { ArrivedRequest, PresentedCredentials } from 'countersign'
import { arrivalOf } from 'countersign/hono'
import type { Client } from './connection.ts'

/** What a request to our own API presents. Who it comes from is settled already: see `clientOf`. */
export function presentedBy(request: Request, client: Client, issuer: string): PresentedCredentials {
  return {
    authorization: request.headers.get('authorization') ?? undefined,
    method: request.method,
    get arrival(): ArrivedRequest {
      const arrived = arrivalOf(request, undefined)
      // As the client sees it: a proxy may have taken the path of the issuer's URL off.
      const target = `${new URL(issuer).pathname.replace(/\/$/, '')}${arrived.target}`
      return { ...arrived, target, peer: client.address, encrypted: client.https }
    },
  }
}
