import { type AddressList, clientAddress, isLoopback, plainAddress } from 'countersign/core'
import type { PresentedCertificate } from '../oauth/index.ts'
import { type CertificateGround, clientCertificate } from './client-certificate.ts'

/** What the transport knows of the peer; a `Request` does not say it. */
export interface Connection {
  /** Address of the peer that opened the connection. */
  readonly address: string | undefined
  /** The connection itself is TLS. */
  readonly secure: boolean
  /**
   * Node's own request (`IncomingMessage`), where there is one: a signature speaks for the address as it was sent, and a `Request` has it
   * normalised. Without it, unusual spellings of an address are refused when they are signed.
   */
  readonly incoming?: object | undefined
}

/** Who the request comes from, after the proxies that are named in the configuration. */
export interface Client {
  readonly address: string | undefined
  /** Every hop that we can know of was TLS, or never left this machine. */
  readonly secure: boolean
  /** The client itself speaks TLS to us or to a named proxy, so that HSTS makes sense to it. */
  readonly https: boolean
  /** The certificate that it has proved to hold there. @throws {AuthError} as `clientCertificate`. */
  readonly certificate: () => PresentedCertificate | undefined
}

/** Only the value that the named proxy itself added, the right-most, counts. */
function forwardedHttps(forwardedProto: string | null): boolean | undefined {
  const last = forwardedProto?.split(',').pop()?.trim().toLowerCase()
  return last === undefined || last === '' ? undefined : last === 'https'
}

/** Forwarding headers count only when the peer is a proxy that the configuration names. */
export function clientOf(request: Request, connection: Connection | undefined, ground: CertificateGround): Client {
  const certificate = (): PresentedCertificate | undefined => clientCertificate(request, connection, ground)
  return { ...hopOf(request, connection, ground.trustedProxies), certificate }
}

function hopOf(request: Request, connection: Connection | undefined, proxies: AddressList): Omit<Client, 'certificate'> {
  if (connection === undefined) {
    const https = request.url.startsWith('https:')
    return { address: undefined, secure: https, https }
  }
  const peer = connection.address
  if (peer === undefined || !proxies.has(peer)) {
    return {
      address: peer && plainAddress(peer),
      secure: connection.secure || (peer !== undefined && isLoopback(peer)),
      https: connection.secure,
    }
  }
  const https = forwardedHttps(request.headers.get('x-forwarded-proto'))
  return {
    address: clientAddress(peer, request.headers.get('x-forwarded-for') ?? undefined, proxies),
    // A named proxy that says nothing is taken at its operator's word.
    secure: https ?? true,
    https: https ?? connection.secure,
  }
}
