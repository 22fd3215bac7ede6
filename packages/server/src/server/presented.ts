import type { ArrivedRequest, PresentedCredentials } from 'countersign'
import { arrivalOf } from 'countersign/hono'
import type { Client, Connection } from './connection.ts'

export interface PresentedWith {
  readonly client: Client
  readonly incoming: Connection['incoming']
  readonly issuer: string
}

/** What a request to our own API presents. Who it comes from is settled already: see `clientOf`. */
export function presentedBy(request: Request, { client, incoming, issuer }: PresentedWith): PresentedCredentials {
  return {
    authorization: request.headers.get('authorization') ?? undefined,
    cookie: request.headers.get('cookie') ?? undefined,
    method: request.method,
    secFetchSite: request.headers.get('sec-fetch-site') ?? undefined,
    origin: request.headers.get('origin') ?? undefined,
    csrfToken: request.headers.get('x-csrf-token') ?? undefined,
    get arrival(): ArrivedRequest {
      const normalised = arrivalOf(request, undefined)
      const sent = incoming === undefined ? normalised : arrivalOf(request, { incoming })
      // Who names the host too (RFC 9112 section 3.2.2) means the same address as who does not.
      const path = sent.target.startsWith('/') ? sent.target : normalised.target
      // As the client sees it: a proxy may have taken the path of the issuer's URL off.
      const target = `${new URL(issuer).pathname.replace(/\/$/, '')}${path}`
      return {
        method: sent.method,
        target,
        encrypted: client.https,
        peer: client.address,
        get certificate(): Uint8Array | undefined {
          return client.certificate()?.certificate.raw
        },
        identity: sent.identity,
        values: (name) => sent.values(name),
        names: () => sent.names(),
        body: (limitBytes) => sent.body(limitBytes),
      }
    },
  }
}
