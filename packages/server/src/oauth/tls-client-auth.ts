import { X509Certificate } from 'node:crypto'
import { AuthError } from 'countersign/core'
import { type SubjectProperty, subjects } from './certificate-subject.ts'
import type { CertificateSupport } from './mutual-tls.ts'
import type { ClientKind, OAuthClient } from './oauth-client.ts'

/** How a client proves itself by a certificate (RFC 8705 section 2): by a name that a CA of ours vouches for, or by the certificate itself, which stands in its `jwks`. */
export type TlsClientAuth =
  | { readonly method: 'tls_client_auth'; readonly property: SubjectProperty; readonly value: string }
  | { readonly method: 'self_signed_tls_client_auth' }

interface Asked {
  readonly kind: ClientKind
  readonly tlsAuth: TlsClientAuth | undefined
  /** Its tokens are bound to its certificate. */
  readonly requiresCertificate: boolean
  readonly requiresDpop: boolean
  readonly jwks: OAuthClient['jwks']
}

/** @throws {AuthError} `request_invalid` for what would not be safe, or contradicts itself. */
export function requireTlsClient({ kind, tlsAuth, requiresCertificate, requiresDpop, jwks }: Asked): void {
  if (requiresCertificate && requiresDpop)
    throw invalid('/tls_client_certificate_bound_access_tokens', 'binds to a certificate what requires_dpop binds to a key: choose one')
  if (tlsAuth === undefined) return
  if (kind !== 'confidential') throw invalid('/token_endpoint_auth_method', 'is for confidential clients')
  if (tlsAuth.method === 'self_signed_tls_client_auth') return requireCertificates(jwks)
  const { property, value } = tlsAuth
  if (!subjects[property].isName(value)) throw invalid(`/${property}`, subjects[property].form)
}

/**
 * What this server has been set up for: nobody is registered to find out later that it lets them in by no certificate.
 *
 * @throws {AuthError} `request_invalid`.
 */
export function requireSupport(
  { tlsAuth, requiresCertificate }: Pick<Asked, 'tlsAuth' | 'requiresCertificate'>,
  { arrive, areVerified }: CertificateSupport,
): void {
  const pointer = tlsAuth === undefined ? '/tls_client_certificate_bound_access_tokens' : '/token_endpoint_auth_method'
  if ((requiresCertificate || tlsAuth !== undefined) && !arrive)
    throw invalid(pointer, 'needs certificates of clients, and none reach this server: see its settings')
  if (tlsAuth?.method === 'tls_client_auth' && !areVerified)
    throw invalid(pointer, 'needs somebody who checks who has signed the certificates of clients: see the settings')
}

/** RFC 8705 section 2.2.2: the certificate is in `x5c`, and its key is the one of the JWK (RFC 7517 section 4.7). */
function requireCertificates(jwks: OAuthClient['jwks']): void {
  if (jwks === undefined || jwks.keys.length === 0 || !jwks.keys.every(isCertified))
    throw invalid('/jwks', 'must hold the certificates: one in the x5c of each key, with the same public key')
}

const firstOf = ({ x5c }: Readonly<Record<string, unknown>>): unknown => (Array.isArray(x5c) ? x5c[0] : undefined)

/** By which of them a client may prove itself, as they are registered; none of who is known by something else. */
export function certificatesOf({ tlsAuth, jwks }: Pick<OAuthClient, 'tlsAuth' | 'jwks'>): readonly string[] {
  if (tlsAuth?.method !== 'self_signed_tls_client_auth') return []
  return (jwks?.keys ?? []).map(firstOf).filter((first) => typeof first === 'string')
}

function isCertified(jwk: Readonly<Record<string, unknown>>): boolean {
  const first = firstOf(jwk)
  if (typeof first !== 'string') return false
  try {
    const { raw, publicKey } = new X509Certificate(Buffer.from(first, 'base64'))
    // Letter for letter: with anything behind it it would have another thumbprint, and no connection that one.
    const isWhole = raw.toString('base64') === first
    return isWhole && Object.entries(publicKey.export({ format: 'jwk' })).every(([name, value]) => jwk[name] === value)
  } catch {
    return false
  }
}

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })
