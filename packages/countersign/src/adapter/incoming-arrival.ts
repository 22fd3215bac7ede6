import { fieldNames, fieldValues } from '../signature/index.ts'
import type { ArrivedRequest } from '../verifier/index.ts'
import type { IncomingRequest } from './incoming.ts'
import { bodyOf } from './incoming-body.ts'

/** The part of Node's `TLSSocket` that tells of the client's certificate. */
interface CertifiedSocket {
  getPeerCertificate(): { readonly raw?: Uint8Array | undefined } | null | undefined
}

/** Node answers `{}` for a client without one. Whoever signed it: what a token is bound to is this very certificate (RFC 8705 section 3). */
const peerCertificate = (socket: CertifiedSocket): Uint8Array | undefined => socket.getPeerCertificate()?.raw

/** A request of `node:http`, also as Express and Fastify hand it on. */
export class IncomingArrival implements ArrivedRequest {
  readonly identity: IncomingRequest
  readonly values: (name: string) => readonly string[] | undefined
  readonly names: () => readonly string[]

  constructor(request: IncomingRequest) {
    this.identity = request
    this.values = fieldValues(request.rawHeaders)
    this.names = fieldNames(request.rawHeaders)
  }

  get method(): string {
    return this.identity.method ?? ''
  }

  get target(): string {
    return this.identity.originalUrl ?? this.identity.url ?? ''
  }

  get encrypted(): boolean {
    return 'encrypted' in this.identity.socket
  }

  get peer(): string | undefined {
    const { socket } = this.identity
    return 'remoteAddress' in socket && typeof socket.remoteAddress === 'string' ? socket.remoteAddress : undefined
  }

  get certificate(): Uint8Array | undefined {
    const { socket } = this.identity
    return 'getPeerCertificate' in socket ? peerCertificate(socket as CertifiedSocket) : undefined
  }

  body(limitBytes: number): Promise<Uint8Array> {
    return bodyOf(this.identity, limitBytes)
  }
}
