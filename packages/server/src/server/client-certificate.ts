import { X509Certificate } from 'node:crypto'
import { readClientCertificate } from 'countersign'
import { type AddressList, AuthError } from 'countersign/core'
import type { PresentedCertificate } from '../oauth/index.ts'
import type { ClientCertificateSettings } from './config-client-certificate.ts'
import type { Connection } from './connection.ts'

export interface CertificateGround extends ClientCertificateSettings {
  readonly trustedProxies: AddressList
}

/** The part of Node's `TLSSocket` that tells of the peer. */
interface CertifiedSocket {
  readonly authorized?: boolean
  readonly authorizationError?: unknown
  getPeerCertificate(): { readonly raw?: Uint8Array | undefined } | null | undefined
}

/** What a proxy says of a chain that it has checked, as nginx does. */
const SUCCESS = 'SUCCESS'

/**
 * The certificate that a client has proved to hold, in its TLS handshake with us or with a named proxy (RFC 8705 section 6.5). A header that
 * comes from anybody else is the client's own tale, and the certificate of a proxy's connection is the proxy's.
 *
 * @throws {AuthError} `credential_malformed`: a named proxy has sent what cannot be read.
 */
export function clientCertificate(
  request: Request,
  connection: Connection | undefined,
  ground: CertificateGround,
): PresentedCertificate | undefined {
  if (connection?.address === undefined) return undefined
  return ground.trustedProxies.has(connection.address) ? ofHeader(request.headers, ground) : ofConnection(connection.incoming, ground)
}

function ofHeader(
  headers: Headers,
  { clientCertificateHeader: header, clientCertificateVerdict: verdict }: CertificateGround,
): PresentedCertificate | undefined {
  const value = header && headers.get(header.name)
  if (header === undefined || value === null || value === undefined) return undefined
  const der = readClientCertificate(value, header.form)
  const isVerified = verdict === 'always' || (verdict !== undefined && headers.get(verdict) === SUCCESS)
  return der === undefined || der.byteLength === 0 ? undefined : { certificate: parsed(der), isVerified }
}

function ofConnection(incoming: object | undefined, ground: CertificateGround): PresentedCertificate | undefined {
  const socket = ground.clientCertificates ? socketOf(incoming) : undefined
  const der = socket?.getPeerCertificate()?.raw
  if (socket === undefined || der === undefined) return undefined
  // Without a CA of ours Node would take the word of all that browsers trust: those vouch for servers, not for clients of ours.
  return { certificate: parsed(der), isVerified: ground.clientCaFile !== undefined && isAuthorized(socket) }
}

/** A second handshake that brings a worse certificate leaves `authorized` as it was, and says so beside it: an application that embeds us may allow it. */
const isAuthorized = ({ authorized, authorizationError: problem }: CertifiedSocket): boolean =>
  authorized === true && (problem === undefined || problem === null)

function socketOf(incoming: object | undefined): CertifiedSocket | undefined {
  if (incoming === undefined || !('socket' in incoming)) return undefined
  const { socket } = incoming
  return typeof socket === 'object' && socket !== null && 'getPeerCertificate' in socket ? (socket as CertifiedSocket) : undefined
}

/** Node reads PEM as well, and passes over what stands behind a certificate: a service that sees the same bytes has another thumbprint then. */
function parsed(der: Uint8Array): X509Certificate {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(der)
  } catch (cause) {
    throw malformed({ cause })
  }
  if (!certificate.raw.equals(der)) throw malformed()
  return certificate
}

const malformed = (options?: ErrorOptions): AuthError => new AuthError('credential_malformed', { reason: 'client_certificate' }, options)
