import { STATUS_CODES } from 'node:http'
import { AuthError } from '../core/index.ts'
import type { PresentedCredentials, Refusal } from '../verifier/index.ts'
import { type IncomingRequest, presentedBy } from './incoming.ts'

/** The part of the request of an `upgrade` event that a guard reads. */
export interface UpgradeRequest extends IncomingRequest {
  readonly headers: { 'sec-websocket-protocol'?: string | undefined }
}

/** The part of the socket of an `upgrade` event that a guard needs. */
export interface UpgradeSocket {
  readonly destroyed: boolean
  on(event: 'error', listener: () => void): unknown
  once(event: 'close' | 'finish', listener: () => void): unknown
  end(text: string): unknown
  destroy(): unknown
}

/**
 * A browser cannot set headers on a WebSocket, but it names subprotocols: `new WebSocket(url, ['countersign.bearer', token])`. So the token
 * comes in `Sec-WebSocket-Protocol`, after this name, and never in the URL, which is written into logs.
 */
export const BEARER_PROTOCOL = 'countersign.bearer'

/**
 * Reads what a hand-shake presents: the `Authorization` header, the token among the subprotocols, the cookie.
 *
 * @throws {AuthError} `credential_malformed`
 */
export function presentedByUpgrade(request: UpgradeRequest): PresentedCredentials {
  const presented = presentedBy(request)
  const token = takeToken(request)
  if (token !== undefined && presented.authorization !== undefined) throw malformed('header_and_subprotocol')
  return {
    ...presented,
    arrival: presented.arrival,
    authorization: token === undefined ? presented.authorization : `Bearer ${token}`,
    // It is a GET that any page can make, and whose connection that page can then use: its cookie speaks only for the service's own.
    method: undefined,
  }
}

/** Takes the token out of the offered subprotocols, so that nobody behind the guard chooses it, repeats it or logs it. */
function takeToken({ headers }: UpgradeRequest): string | undefined {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim())
  if (offered === undefined || !offered.includes(BEARER_PROTOCOL)) return undefined
  const place = offered.indexOf(BEARER_PROTOCOL)
  const token = offered[place + 1]
  if (token === undefined || token === '' || offered.lastIndexOf(BEARER_PROTOCOL) !== place) throw malformed('subprotocol_without_token')
  // A browser wants one of its names back (RFC 6455 section 4.1). Last, so that the service's own is found before it.
  headers['sec-websocket-protocol'] = [...offered.slice(0, place), ...offered.slice(place + 2), BEARER_PROTOCOL].join(', ')
  return token
}

/** Answers the hand-shake with a refusal, in HTTP since nothing else has been agreed upon, and ends the connection. */
export function refuseUpgrade(socket: UpgradeSocket, { status, headers, body }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  // Whoever does not end their side of it does not keep ours.
  socket.once('finish', () => void socket.destroy())
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

const malformed = (reason: string): AuthError => new AuthError('credential_malformed', { reason })
